package io.openinterest.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The sums of {@link PlainWindows} in a Python loop, in a process of its own. */
final class PythonLoop {

    private PythonLoop() {}

    /**
     * What came out.
     *
     * @param cpuNanos CPU time of the other process
     */
    record Output(Sums.Output sums, long cpuNanos) {}

    static Output run(Path observations) throws IOException, InterruptedException {
        Path script = Path.of("benchmark", "sums.py");
        try (InputStream in = PythonLoop.class.getResourceAsStream("/sums.py")) {
            Files.copy(in, script, StandardCopyOption.REPLACE_EXISTING);
        }
        Process process = new ProcessBuilder("python3", script.toString(), observations.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            if (process.waitFor() != 0 || line == null) {
                throw new IOException("python3 failed");
            }
            String[] words = line.split(" ");
            return new Output(
                    new Sums.Output(Long.parseLong(words[0]), Long.parseLong(words[1])),
                    Math.round(1e9 * Double.parseDouble(words[2])));
        }
    }
}
