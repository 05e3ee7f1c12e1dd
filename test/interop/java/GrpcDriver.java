// Drives RocketMQ's gRPC client through RocketMQ's proxy in cluster mode, which runs in this JVM too,
// with classes of its own. Commands and events are those of Driver.java.
// Arguments: name server, folder of the proxy's jars, file of its configuration, its gRPC port.

import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.rocketmq.client.apis.ClientConfiguration;
import org.apache.rocketmq.client.apis.ClientServiceProvider;
import org.apache.rocketmq.client.apis.consumer.ConsumeResult;
import org.apache.rocketmq.client.apis.consumer.FilterExpression;
import org.apache.rocketmq.client.apis.consumer.LitePushConsumer;
import org.apache.rocketmq.client.apis.consumer.MessageListener;
import org.apache.rocketmq.client.apis.consumer.OffsetOption;
import org.apache.rocketmq.client.apis.consumer.PushConsumer;
import org.apache.rocketmq.client.apis.consumer.SimpleConsumer;
import org.apache.rocketmq.client.apis.message.Message;
import org.apache.rocketmq.client.apis.message.MessageBuilder;
import org.apache.rocketmq.client.apis.message.MessageView;
import org.apache.rocketmq.client.apis.producer.Producer;
import org.apache.rocketmq.client.apis.producer.SendReceipt;
import org.apache.rocketmq.client.apis.producer.Transaction;
import org.apache.rocketmq.client.apis.producer.TransactionResolution;

public final class GrpcDriver {
    private static final PrintStream OUT = System.out;
    private static final ClientServiceProvider PROVIDER = ClientServiceProvider.loadService();
    private static final Map<String, AutoCloseable> RUNNING = new ConcurrentHashMap<>();
    private static final Duration INVISIBLE = Duration.ofSeconds(10);
    private static ClientConfiguration configuration;

    public static void main(String[] args) throws Exception {
        System.setOut(System.err);
        startProxy(args[0], new File(args[1]), args[2]);
        configuration = ClientConfiguration.newBuilder()
            .setEndpoints("127.0.0.1:" + args[3]).enableSsl(false).build();
        ExecutorService pool = Executors.newCachedThreadPool();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        event("driver", "ready");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split("\t", -1);
            pool.submit(() -> {
                try {
                    run(words);
                } catch (Throwable error) {
                    event(words[1], "error", "text", error.toString());
                    error.printStackTrace();
                }
            });
        }
        Runtime.getRuntime().halt(0);
    }

    private static void startProxy(String namesrv, File jars, String file) throws Exception {
        List<URL> urls = new ArrayList<>();
        for (File jar : jars.listFiles()) {
            urls.add(jar.toURI().toURL());
        }
        ClassLoader own = Thread.currentThread().getContextClassLoader();
        ClassLoader loader = new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
        Thread.currentThread().setContextClassLoader(loader);
        String[] words = {"-n", namesrv, "-pm", "cluster", "-pc", file};
        loader.loadClass("org.apache.rocketmq.proxy.ProxyStartup").getMethod("main", String[].class)
            .invoke(null, (Object) words);
        Thread.currentThread().setContextClassLoader(own);
    }

    private static void run(String[] words) throws Exception {
        String id = words[1];
        switch (words[0]) {
            case "produce":
                produce(id, words[2], Integer.parseInt(words[3]), words[4]);
                break;
            case "transact":
                transact(id, words[2]);
                break;
            case "try":
                tryKinds(id, words[2]);
                break;
            case "recall":
                recall(id, words[2]);
                break;
            case "push":
                push(id, words[2], words[3], words[4]);
                break;
            case "simple":
                simple(id, words[2], words[3], Integer.parseInt(words[4]));
                break;
            case "lite":
                lite(id, words[2], words[3], words[4]);
                break;
            case "subscribe":
                ((LitePushConsumer) RUNNING.get(id)).subscribeLite(words[2], OffsetOption.MIN_OFFSET);
                event(id, "subscribed", "text", words[2]);
                break;
            case "unsubscribe":
                ((LitePushConsumer) RUNNING.get(id)).unsubscribeLite(words[2]);
                event(id, "unsubscribed", "text", words[2]);
                break;
            case "topics":
                event(id, "topics", "text", ((LitePushConsumer) RUNNING.get(id)).getLiteTopicSet());
                break;
            case "stop":
                AutoCloseable running = RUNNING.remove(id);
                if (running != null) {
                    running.close();
                }
                event(id, "stopped");
                break;
            default:
                event(id, "error", "text", "unknown command " + words[0]);
        }
    }

    /** kind: NORMAL, FIFO, DELAY, or the name of a lite topic. Key and body of message i are "id-i". */
    private static void produce(String id, String topic, int count, String kind) throws Exception {
        try (Producer producer = producer(topic)) {
            for (int i = 0; i < count; i++) {
                sent(id, id + "-" + i, producer.send(message(topic, id + "-" + i, kind)));
            }
        }
        event(id, "done");
    }

    /** One that is committed, one rolled back, one left open, which the check commits. */
    private static void transact(String id, String topic) throws Exception {
        Producer producer = PROVIDER.newProducerBuilder().setClientConfiguration(configuration)
            .setTopics(topic).setTransactionChecker(view -> {
                event(id, "checked", "key", key(view));
                // What is being ended is asked about as well where that takes longer than the broker waits.
                return key(view).endsWith("open") ? TransactionResolution.COMMIT : TransactionResolution.UNKNOWN;
            }).build();
        RUNNING.put(id, producer);
        for (String end : new String[] {"commit", "rollback", "open"}) {
            Transaction transaction = producer.beginTransaction();
            sent(id, id + "-" + end, producer.send(message(topic, id + "-" + end, "NORMAL"), transaction));
            if (end.equals("commit")) {
                transaction.commit();
            } else if (end.equals("rollback")) {
                transaction.rollback();
            }
        }
        event(id, "done");
    }

    /** Sends one message of each kind, and tells what came of it. */
    private static void tryKinds(String id, String topic) throws Exception {
        Producer producer = PROVIDER.newProducerBuilder().setClientConfiguration(configuration)
            .setTopics(topic).setTransactionChecker(view -> TransactionResolution.COMMIT).build();
        RUNNING.put(id, producer);
        for (String kind : new String[] {"NORMAL", "FIFO", "DELAY", "TRANSACTION", "PRIORITY", "lite"}) {
            String end = "taken";
            try {
                if (kind.equals("TRANSACTION")) {
                    Transaction transaction = producer.beginTransaction();
                    producer.send(message(topic, id + "-" + kind, "NORMAL"), transaction);
                    transaction.rollback();
                } else {
                    producer.send(message(topic, id + "-" + kind, kind));
                }
            } catch (Throwable error) {
                end = error.toString();
            }
            event(id, "tried", "key", kind, "text", end);
        }
        event(id, "done");
    }

    /** Takes back the first of two messages, which would come just before the second. */
    private static void recall(String id, String topic) throws Exception {
        try (Producer producer = producer(topic)) {
            SendReceipt first = producer.send(message(topic, id + "-0", "LATE"));
            sent(id, id + "-1", producer.send(message(topic, id + "-1", "LATER")));
            event(id, "recalled", "text", producer.recallMessage(topic, first.getRecallHandle()).getMessageId()
                .equals(first.getMessageId()));
        }
        event(id, "done");
    }

    /** how: OK, FIRST to refuse each message once, or NEVER to refuse them always. */
    private static void push(String id, String group, String topic, String how) throws Exception {
        PushConsumer consumer = PROVIDER.newPushConsumerBuilder().setClientConfiguration(configuration)
            .setConsumerGroup(group).setSubscriptionExpressions(Collections.singletonMap(topic, FilterExpression.SUB_ALL))
            .setMessageListener(listener(id, how)).build();
        RUNNING.put(id, consumer);
        event(id, "started");
    }

    private static void lite(String id, String group, String parent, String how) throws Exception {
        LitePushConsumer consumer = PROVIDER.newLitePushConsumerBuilder().setClientConfiguration(configuration)
            .setConsumerGroup(group).bindTopic(parent).setMessageListener(listener(id, how)).build();
        RUNNING.put(id, consumer);
        event(id, "started");
    }

    /** Receives until it has acknowledged `count`; asks for more time for the first. */
    private static void simple(String id, String group, String topic, int count) throws Exception {
        SimpleConsumer consumer = PROVIDER.newSimpleConsumerBuilder().setClientConfiguration(configuration)
            .setConsumerGroup(group).setAwaitDuration(Duration.ofSeconds(10))
            .setSubscriptionExpressions(Collections.singletonMap(topic, FilterExpression.SUB_ALL)).build();
        RUNNING.put(id, consumer);
        event(id, "started");
        for (int acked = 0; acked < count; ) {
            for (MessageView view : consumer.receive(16, INVISIBLE)) {
                if (acked == 0) {
                    consumer.changeInvisibleDuration(view, Duration.ofSeconds(20));
                }
                message(id, view);
                consumer.ack(view);
                acked++;
            }
        }
        event(id, "done");
    }

    private static MessageListener listener(String id, String how) {
        return view -> {
            message(id, view);
            boolean refused = how.equals("NEVER") || how.equals("FIRST") && view.getDeliveryAttempt() == 1;
            return refused ? ConsumeResult.FAILURE : ConsumeResult.SUCCESS;
        };
    }

    private static Producer producer(String topic) throws Exception {
        return PROVIDER.newProducerBuilder().setClientConfiguration(configuration).setTopics(topic).build();
    }

    private static Message message(String topic, String key, String kind) {
        MessageBuilder builder = PROVIDER.newMessageBuilder().setTopic(topic).setKeys(key)
            .setBody(key.getBytes(StandardCharsets.UTF_8));
        switch (kind) {
            case "NORMAL":
                return builder.setTag("Tag").build();
            case "PRIORITY":
                return builder.setPriority(1).build();
            case "FIFO":
                return builder.setMessageGroup("one").build();
            case "DELAY":
            case "LATE":
            case "LATER":
                int delayMs = kind.equals("DELAY") ? 2000 : kind.equals("LATE") ? 8000 : 9000;
                return builder.setDeliveryTimestamp(System.currentTimeMillis() + delayMs).build();
            default:
                return builder.setLiteTopic(kind).build();
        }
    }

    private static void sent(String id, String key, SendReceipt receipt) {
        event(id, "sent", "key", key, "msgId", receipt.getMessageId());
    }

    private static String key(MessageView view) {
        return String.join(" ", view.getKeys());
    }

    private static void message(String id, MessageView view) {
        ByteBuffer body = view.getBody();
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        event(id, "message", "key", key(view), "body", new String(bytes, StandardCharsets.UTF_8),
            "msgId", view.getMessageId(), "times", view.getDeliveryAttempt() - 1,
            "text", view.getLiteTopic().orElse(""));
    }

    private static void event(String id, String event, Object... fields) {
        StringBuilder line = new StringBuilder("{");
        field(line, "id", id);
        field(line.append(','), "event", event);
        for (int i = 0; i < fields.length; i += 2) {
            field(line.append(','), (String) fields[i], fields[i + 1]);
        }
        synchronized (OUT) {
            OUT.println(line.append('}'));
            OUT.flush();
        }
    }

    private static void field(StringBuilder line, String name, Object value) {
        line.append('"').append(name).append("\":");
        if (value instanceof Number) {
            line.append(value);
            return;
        }
        line.append('"').append(String.valueOf(value).replaceAll("[\"\\\\\\n\\r]", "'")).append('"');
    }
}
