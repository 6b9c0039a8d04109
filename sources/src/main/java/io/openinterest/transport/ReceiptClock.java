package io.openinterest.transport;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;

/**
 * The time of this process. Durations come from a clock that only runs; the time of receipt comes from one that was set
 * once by the host's clock and follows it gently, so that it never goes back and a step of the host's clock moves nothing.
 *
 * <p>A small difference is made up for by running a tenth faster or slower. A larger one is not believed for half a
 * minute; if it lasts, this clock steps ahead, as after a sleep of the machine, or runs at half its speed until the host's
 * clock has caught up.
 */
public final class ReceiptClock {

    /** That of the process: all venues and watermarks see the same time. */
    public static final ReceiptClock SYSTEM = new ReceiptClock(InstantSource.system(), System::nanoTime);

    private static final long TOLERANCE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long PATIENCE_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int SLEW = 10;

    private final InstantSource host;
    private final LongSupplier ticker;
    private final long startTick;
    private long tick;
    private long wall;
    private long difference;
    private boolean doubted;
    private long doubtedSince;

    /** For tests, with other clocks. */
    public ReceiptClock(InstantSource host, LongSupplier ticker) {
        this.host = host;
        this.ticker = ticker;
        this.startTick = ticker.getAsLong();
        this.tick = startTick;
        this.wall = nanos(host.instant());
    }

    /** The time of receipt, whole milliseconds; never less than before. */
    public synchronized Instant now() {
        look();
        return Instant.EPOCH.plus(wall, ChronoUnit.NANOS).truncatedTo(ChronoUnit.MILLIS);
    }

    /** Milliseconds since this clock began, for durations; no clock of the host moves it. */
    public long millis() {
        return (ticker.getAsLong() - startTick) / 1_000_000;
    }

    /** The time by which the host's clock was ahead of this one (negative: behind) at the last look. */
    public synchronized Duration difference() {
        return Duration.ofNanos(difference);
    }

    private void look() {
        long now = ticker.getAsLong();
        long elapsed = Math.max(0, now - tick);
        tick = now;
        wall += elapsed;
        difference = nanos(host.instant()) - wall;
        if (Math.abs(difference) <= TOLERANCE_NANOS) {
            doubted = false;
            wall += Math.max(-elapsed / SLEW, Math.min(elapsed / SLEW, difference));
        } else if (!doubted) {
            doubted = true;
            doubtedSince = now;
        } else if (now - doubtedSince >= PATIENCE_NANOS) {
            wall += difference > 0 ? difference : Math.max(difference, -elapsed / 2);
        }
    }

    private static long nanos(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
    }
}
