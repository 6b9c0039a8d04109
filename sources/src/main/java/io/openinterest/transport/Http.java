package io.openinterest.transport;

import io.openinterest.venue.Request;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.Buffer;
import okio.BufferedSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client all venues of a reader share: asynchronous, bounded answers, no redirects, certificates verified. It goes
 * through the proxy of the JVM's {@code https.proxyHost} and {@code https.proxyPort} where they are set.
 */
public final class Http implements Network, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Http.class);
    private static final int CHUNK = 64 << 10;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A connection for each venue there is, and one more for those with two hosts or a second question at a time. */
    private static final int IDLE_CONNECTIONS = 64;

    private static final String EXTENSIONS = "Sec-WebSocket-Extensions";
    private static final MediaType JSON = MediaType.get("application/json");

    private final OkHttpClient client;
    private final ReceiptClock clock;

    public Http() {
        this(ReceiptClock.SYSTEM);
    }

    Http(ReceiptClock clock) {
        this.clock = clock;
        Dispatcher dispatcher = new Dispatcher();
        // feeds bound their own questions; here nobody must wait for others, at one proxy neither
        dispatcher.setMaxRequests(1024);
        dispatcher.setMaxRequestsPerHost(1024);
        client = new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                // longer than a minute, so that the next poll needs no handshake
                .connectionPool(new ConnectionPool(IDLE_CONNECTIONS, 2, TimeUnit.MINUTES))
                .connectTimeout(5, TimeUnit.SECONDS)
                .readTimeout(10, TimeUnit.SECONDS)
                .callTimeout(20, TimeUnit.SECONDS)
                // an answer from another host is no answer of the venue
                .followRedirects(false)
                .followSslRedirects(false)
                .build();
    }

    @Override
    public void ask(String baseUrl, Request request, int largest, Budget budget, Answered answered) {
        okhttp3.Request.Builder builder;
        try {
            builder = new okhttp3.Request.Builder().url(url(baseUrl, request));
        } catch (IllegalArgumentException e) {
            answered.answer(Answer.none("the address of the venue is no valid URL", clock.now()));
            return;
        }
        if (request.method().equals("POST")) {
            builder.post(RequestBody.create(request.body().getBytes(StandardCharsets.UTF_8), JSON));
        }
        builder.header("Accept", "application/json");
        client.newCall(builder.build()).enqueue(new Callback() {
            @Override
            public void onFailure(Call call, IOException e) {
                answered.answer(Answer.none(sentence(e), clock.now()));
            }

            @Override
            public void onResponse(Call call, Response response) {
                try {
                    answered.answer(read(response, largest, budget));
                } catch (Error e) {
                    answered.failed(e);
                    throw e;
                }
            }
        });
    }

    @Override
    public WebSocket open(String url, Duration ping, int largest, WebSocketListener listener) {
        MeteredSockets sockets = new MeteredSockets(largest);
        OkHttpClient streams = client.newBuilder()
                .socketFactory(sockets)
                .callTimeout(0, TimeUnit.SECONDS)
                .readTimeout(0, TimeUnit.SECONDS)
                .pingInterval(ping.toMillis(), TimeUnit.MILLISECONDS)
                // a megabyte on the wire inflates to a gigabyte before anybody is asked: no compression of frames
                .addInterceptor(chain -> chain.proceed(chain.request()
                                .newBuilder()
                                .removeHeader(EXTENSIONS)
                                .build())
                        .newBuilder()
                        .removeHeader(EXTENSIONS)
                        .build())
                .build();
        okhttp3.Request request = new okhttp3.Request.Builder().url(url).build();
        return streams.newWebSocket(request, sockets.metering(listener));
    }

    /** Ends what is on its way and waits for its threads, for a moment: they need the classes of the job. */
    @Override
    public void close() {
        client.dispatcher().cancelAll();
        client.connectionPool().evictAll();
        ExecutorService threads = client.dispatcher().executorService();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("the client of the venues is still busy {} after its end", PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A sentence on what happened, without the message of the exception, which may hold the address with its secret. */
    static String sentence(Throwable error) {
        if (error instanceof MeteredSockets.TooLarge) {
            return error.getMessage();
        }
        String what = "no complete answer: ";
        if (error instanceof UnknownHostException) {
            return what + "the host is unknown";
        }
        if (error instanceof SSLException) {
            return what + "TLS failed, " + error.getClass().getSimpleName();
        }
        if (error instanceof SocketTimeoutException || error instanceof InterruptedIOException) {
            return what + "none within the time allowed, " + error.getClass().getSimpleName();
        }
        if (error instanceof ConnectException) {
            return what + "the connection was refused";
        }
        return what + error.getClass().getSimpleName();
    }

    private Answer read(Response response, int largest, Budget budget) {
        int taken = 0;
        boolean isWhole = false;
        try (response;
                Buffer body = new Buffer()) {
            BufferedSource source = response.body().source();
            for (long read = source.read(body, CHUNK); read >= 0; read = source.read(body, CHUNK)) {
                if (body.size() > largest) {
                    throw new MeteredSockets.TooLarge("the answer is larger than " + largest + " bytes");
                }
                if (!budget.take(read)) {
                    throw new MeteredSockets.TooLarge(
                            "more than " + budget.bytes() + " bytes of the venue wait to be read");
                }
                taken += (int) read;
            }
            String text = body.readString(StandardCharsets.UTF_8);
            Answer answer = new Answer(response.code(), headers(response), text, taken, clock.now());
            isWhole = true;
            return answer;
        } catch (IOException | RuntimeException e) {
            return Answer.none(sentence(e), clock.now());
        } finally {
            if (!isWhole) {
                budget.give(taken);
            }
        }
    }

    private static HttpUrl url(String baseUrl, Request request) {
        String path = request.path();
        String url = baseUrl + path;
        if (request.secret() != null) {
            url += (path.indexOf('?') < 0 ? "?" : "&") + request.secret();
        }
        return HttpUrl.get(url);
    }

    static Map<String, String> headers(Response response) {
        Map<String, String> headers = new HashMap<>();
        for (int i = 0; i < response.headers().size(); i++) {
            headers.putIfAbsent(
                    response.headers().name(i).toLowerCase(Locale.ROOT),
                    response.headers().value(i));
        }
        return headers;
    }
}
