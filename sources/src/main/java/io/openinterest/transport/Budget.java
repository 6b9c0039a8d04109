package io.openinterest.transport;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The bytes of one venue that were received and are not read yet: bodies and frames together. Whoever holds some gives
 * them back when they are read.
 */
final class Budget {

    /** The weight of a frame beside its text: the task, the text's header, the reply. */
    static final int FRAME = 256;

    private final int bytes;
    private final Semaphore free;

    Budget(int bytes) {
        this.bytes = bytes;
        this.free = new Semaphore(bytes);
    }

    int bytes() {
        return bytes;
    }

    /** Takes so many bytes, or returns false and takes none. */
    boolean take(long wanted) {
        return wanted <= bytes && free.tryAcquire((int) wanted);
    }

    /**
     * Waits for so many bytes, at most the whole budget, which makes the venue wait.
     *
     * @param ended ends the wait without any
     * @return what was taken and is to be given back; 0 when ended
     */
    int await(long wanted, BooleanSupplier ended) throws InterruptedException {
        int share = (int) Math.min(wanted, bytes);
        while (!ended.getAsBoolean()) {
            if (free.tryAcquire(share, 200, TimeUnit.MILLISECONDS)) {
                return share;
            }
        }
        return 0;
    }

    void give(int taken) {
        free.release(taken);
    }
}
