package io.openinterest.transport;

import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.BufferedSource;

/** The client all venues of a process share: asynchronous, bounded answers, no redirects. */
public final class Http implements AutoCloseable {

    private static final long MAX_BODY = 32L << 20;
    private static final MediaType JSON = MediaType.get("application/json");

    private final OkHttpClient client;

    public Http() {
        Dispatcher dispatcher = new Dispatcher();
        // feeds bound their own questions; here nobody must wait for others, at one proxy neither
        dispatcher.setMaxRequests(1024);
        dispatcher.setMaxRequestsPerHost(1024);
        client = new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .connectTimeout(5, TimeUnit.SECONDS)
                .readTimeout(10, TimeUnit.SECONDS)
                .callTimeout(20, TimeUnit.SECONDS)
                // an answer from another host is no answer of the venue
                .followRedirects(false)
                .followSslRedirects(false)
                .build();
    }

    /** How a question ended. */
    interface Answered {
        /** A complete answer of any status. */
        void reply(Reply reply);

        /** None: timeout, reset, truncated, too large. */
        void failed(IOException error);
    }

    /** Asks; the answer comes on a thread of the client. */
    void ask(String baseUrl, Request request, Answered answered) {
        okhttp3.Request.Builder builder;
        try {
            builder = new okhttp3.Request.Builder().url(url(baseUrl, request));
        } catch (IllegalArgumentException e) {
            answered.failed(new IOException("no valid address"));
            return;
        }
        if (request.method().equals("POST")) {
            builder.post(RequestBody.create(request.body().getBytes(StandardCharsets.UTF_8), JSON));
        }
        builder.header("Accept", "application/json");
        client.newCall(builder.build()).enqueue(new Callback() {
            @Override
            public void onFailure(Call call, IOException e) {
                answered.failed(e);
            }

            @Override
            public void onResponse(Call call, Response response) {
                Reply reply;
                try (response) {
                    reply = Reply.of(request, response.code(), headers(response), body(response), Instant.now());
                } catch (IOException e) {
                    answered.failed(e);
                    return;
                } catch (RuntimeException e) {
                    answered.failed(new IOException(e));
                    return;
                }
                answered.reply(reply);
            }
        });
    }

    /**
     * Opens a WebSocket; everything comes on threads of the client.
     *
     * @param ping distance of WebSocket pings, whose missing pong fails the connection; zero for none
     */
    WebSocket open(String url, Duration ping, WebSocketListener listener) {
        OkHttpClient streams = client.newBuilder()
                .callTimeout(0, TimeUnit.SECONDS)
                .readTimeout(0, TimeUnit.SECONDS)
                .pingInterval(ping.toMillis(), TimeUnit.MILLISECONDS)
                .build();
        return streams.newWebSocket(new okhttp3.Request.Builder().url(url).build(), listener);
    }

    @Override
    public void close() {
        client.dispatcher().cancelAll();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }

    private static HttpUrl url(String baseUrl, Request request) {
        String base = baseUrl.endsWith("/") ? baseUrl.substring(0, baseUrl.length() - 1) : baseUrl;
        String path = request.path();
        String url = base + path;
        if (request.secret() != null) {
            url += (path.indexOf('?') < 0 ? "?" : "&") + request.secret();
        }
        return HttpUrl.get(url);
    }

    private static Map<String, String> headers(Response response) {
        Map<String, String> headers = new HashMap<>();
        for (int i = 0; i < response.headers().size(); i++) {
            headers.putIfAbsent(
                    response.headers().name(i).toLowerCase(Locale.ROOT),
                    response.headers().value(i));
        }
        return headers;
    }

    private static String body(Response response) throws IOException {
        BufferedSource source = response.body().source();
        if (source.request(MAX_BODY + 1)) {
            throw new IOException("the answer is larger than " + MAX_BODY + " bytes");
        }
        return source.getBuffer().readString(StandardCharsets.UTF_8);
    }
}
