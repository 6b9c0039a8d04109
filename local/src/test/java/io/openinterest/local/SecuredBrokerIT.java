package io.openinterest.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.FreePorts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that talks TLS and asks for a password, which only the environment knows. */
@Timeout(300)
class SecuredBrokerIT {

    private static final String STORE_PASSWORD = "store-password";
    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required ";

    @TempDir
    private Path folder;

    @AfterEach
    void endAll() {
        LocalRunProcess.endAll();
    }

    @Test
    void everyClientPresentsItselfAndNoSecretIsShown() throws Exception {
        Path store = folder.resolve("store.p12");
        certify(store);
        int port = FreePorts.next();
        try (EmbeddedBroker ignored = EmbeddedBroker.start(port, null, secured(store))) {
            Path output = folder.resolve("output.txt");
            Path log = folder.resolve("log.txt");
            Process run = LocalRunProcess.start(
                    output,
                    List.of("-Dlog.file=" + log),
                    Map.of("JAAS", LOGIN + "username=\"job\" password=\"hunter2\";", "STORE", STORE_PASSWORD),
                    arguments(store, port));

            assertThat(LocalRunProcess.exitCode(run))
                    .as(Files.readString(output))
                    .isZero();
            assertThat(Files.readString(output))
                    .contains("Everything is published.")
                    .containsPattern("btc +60,000 +1 +1\n")
                    .doesNotContain("hunter2", STORE_PASSWORD);

            Path refused = folder.resolve("refused.txt");
            Process wrong = LocalRunProcess.start(
                    refused,
                    List.of(),
                    Map.of("JAAS", LOGIN + "username=\"job\" password=\"letmein\";", "STORE", STORE_PASSWORD),
                    arguments(store, port));
            assertThat(LocalRunProcess.exitCode(wrong))
                    .as(Files.readString(refused))
                    .isEqualTo(2);
            assertThat(Files.readString(refused).lines().reduce((first, last) -> last))
                    .hasValueSatisfying(sentence -> assertThat(sentence)
                            .startsWith("kafka.bootstrap-servers is \"localhost:" + port + "\", which refused to ")
                            .containsIgnoringCase("authentication failed")
                            .doesNotContain("letmein"));
        }
    }

    private String[] arguments(Path store, int port) throws Exception {
        Path recording = Files.writeString(folder.resolve("recording.jsonl"), LocalRunIT.OBSERVATION);
        List<String> arguments = new ArrayList<>(List.of("--exit"));
        for (String setting : List.of(
                "source=replay",
                "replay.paths=[" + recording + "]",
                "kafka.bootstrap-servers=localhost:" + port,
                "kafka.properties.security.protocol=SASL_SSL",
                // a machine under load takes its time for the first handshake
                "kafka.properties.request.timeout.ms=120000",
                "kafka.properties.default.api.timeout.ms=120000",
                "kafka.properties.sasl.mechanism=PLAIN",
                "kafka.properties.sasl.jaas.config=${env:JAAS}",
                "kafka.properties.ssl.truststore.location=" + store,
                "kafka.properties.ssl.truststore.password=${env:STORE}")) {
            arguments.addAll(List.of("--set", setting));
        }
        return arguments.toArray(String[]::new);
    }

    private static Map<String, String> secured(Path store) {
        return Map.ofEntries(
                Map.entry("listener.security.protocol.map", "CLIENTS:SASL_SSL,CONTROLLER:PLAINTEXT"),
                Map.entry("sasl.enabled.mechanisms", "PLAIN"),
                Map.entry("sasl.mechanism.inter.broker.protocol", "PLAIN"),
                Map.entry(
                        "listener.name.clients.plain.sasl.jaas.config",
                        LOGIN + "username=\"broker\" password=\"b\" user_broker=\"b\" user_job=\"hunter2\";"),
                Map.entry("ssl.keystore.location", store.toString()),
                Map.entry("ssl.keystore.password", STORE_PASSWORD),
                Map.entry("ssl.key.password", STORE_PASSWORD),
                Map.entry("ssl.truststore.location", store.toString()),
                Map.entry("ssl.truststore.password", STORE_PASSWORD));
    }

    private static void certify(Path store) throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keystore",
                        store.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        STORE_PASSWORD,
                        "-keyalg",
                        "RSA",
                        "-alias",
                        "broker",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost,ip:127.0.0.1")
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(output).isZero();
    }
}
