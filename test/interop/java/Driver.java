// Drives the released Java client for the interop tests. Reads one command a line from stdin
// (words separated by tabs), writes one JSON object a line to stdout: {"id", "event", ...}.

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.Permission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.rocketmq.acl.common.AclClientRPCHook;
import org.apache.rocketmq.acl.common.SessionCredentials;
import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.MessageSelector;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueAveragely;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.client.utils.MessageUtil;
import org.apache.rocketmq.common.compression.CompressionType;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageConst;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.RPCHook;
import org.apache.rocketmq.remoting.protocol.heartbeat.MessageModel;
import org.apache.rocketmq.tools.command.MQAdminStartup;

public final class Driver {
    private static final PrintStream OUT = System.out;
    private static final Map<String, Runnable> RUNNING = new ConcurrentHashMap<>();
    /** How listeners end, by the ids of their consumers: "success" until they are told otherwise. */
    private static final Map<String, String> ORDERS = new ConcurrentHashMap<>();
    /** Of consumers that share out queues more often than by themselves. */
    private static final Map<String, ScheduledExecutorService> REBALANCES = new ConcurrentHashMap<>();
    /** Tell the broker how far a consumer has come. */
    private static final Map<String, Runnable> COMMITS = new ConcurrentHashMap<>();
    private static final int BATCH = 32;
    /** Between two messages of a producer that sends without end. */
    private static final int PACE_MS = 5;
    /** For answers. A client that waits in vain for one closes its connection, and fails in all it is about. */
    private static final int TIMEOUT_MS = 20_000;
    /** What a slow consumer takes for a message. */
    private static final long SLOW_NANOS = 20_000_000;
    /** Between two looks at the routes; the client's own default is 30 s. */
    private static final int POLL_MS = Integer.getInteger("driver.pollMs", 30_000);
    private static String namesrv;

    public static void main(String[] args) throws Exception {
        namesrv = args[0];
        System.setOut(System.err);
        System.setSecurityManager(new NoExit());
        ExecutorService pool = Executors.newCachedThreadPool();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        event("driver", "ready");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split("\t", -1);
            if (words[0].equals("use")) {
                // The name server of all that follows.
                namesrv = words[2];
                event(words[1], "used");
                continue;
            }
            if (words[0].equals("admin")) {
                // Replaces System.out, so it runs alone.
                admin(words[1], words[2], Arrays.copyOfRange(words, 3, words.length));
                continue;
            }
            pool.submit(() -> {
                try {
                    run(words);
                } catch (Throwable error) {
                    event(words[1], "error", "text", withCauses(error));
                    error.printStackTrace();
                }
            });
        }
        RUNNING.values().forEach(Runnable::run);
        Runtime.getRuntime().halt(0);
    }

    private static String withCauses(Throwable error) {
        return error.getCause() == null ? error.toString() : error + "; " + withCauses(error.getCause());
    }

    private static void run(String[] words) throws Exception {
        String id = words[1];
        switch (words[0]) {
            case "produce":
                String group = words.length > 5 ? words[5] : "PG_" + id;
                produce(id, words[2], Integer.parseInt(words[3]), words[4], group);
                break;
            case "endless":
                endless(id, words[2]);
                break;
            case "push":
                push(id, words[2], words[3], words[4], words[5], options(words, 6));
                break;
            case "obey":
                ORDERS.put(id, words[2]);
                event(id, "obeys", "text", words[2]);
                break;
            case "quiet":
                REBALANCES.remove(id).shutdownNow();
                event(id, "quiet");
                break;
            case "litepull":
                litePull(id, words[2], words[3]);
                break;
            case "pull":
                pull(id, words[2], words[3]);
                break;
            case "send":
                send(id, words[2], words[3], options(words, 4));
                break;
            case "recall":
                recall(id, words[2], words[3]);
                break;
            case "transact":
                transact(id, words[2], Arrays.copyOfRange(words, 3, words.length));
                break;
            case "replier":
                replier(id, words[2], words[3]);
                break;
            case "request":
                request(id, words[2], words[3]);
                break;
            case "commit":
                COMMITS.get(id).run();
                event(id, "committed");
                break;
            case "stop":
                Runnable stop = RUNNING.remove(id);
                if (stop != null) {
                    stop.run();
                }
                event(id, "stopped");
                break;
            default:
                event(id, "error", "text", "unknown command " + words[0]);
        }
    }

    /** Words of the form name=value, or only a name. */
    private static Map<String, String> options(String[] words, int from) {
        Map<String, String> options = new HashMap<>();
        for (int i = from; i < words.length; i++) {
            String[] pair = words[i].split("=", 2);
            options.put(pair[0], pair.length > 1 ? pair[1] : "");
        }
        return options;
    }

    /** how: sync, async, batch, oneway or stubborn. Body and key of message i are "<id>-i", its tag Tag<i mod 2>. */
    private static void produce(String id, String topic, int count, String how, String group)
        throws Exception {
        DefaultMQProducer producer = producer(id, group);
        CountDownLatch answers = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            if (how.equals("batch")) {
                List<Message> batch = new ArrayList<>();
                for (int end = Math.min(count, i + BATCH); i < end; i++) {
                    batch.add(message(id, topic, i));
                }
                i--;
                sent(id, "batch", producer.send(batch));
            } else if (how.equals("async")) {
                Message message = message(id, topic, i);
                producer.send(message, new SendCallback() {
                    @Override public void onSuccess(SendResult result) {
                        sent(id, message.getKeys(), result);
                        answers.countDown();
                    }

                    @Override public void onException(Throwable error) {
                        event(id, "error", "text", error.toString());
                        answers.countDown();
                    }
                });
            } else if (how.equals("stubborn")) {
                sent(id, id + "-" + i, insist(producer, message(id, topic, i)));
            } else if (how.equals("oneway")) {
                producer.sendOneway(message(id, topic, i));
            } else {
                sent(id, id + "-" + i, producer.send(message(id, topic, i)));
            }
        }
        if (how.equals("async")) {
            answers.await(60, TimeUnit.SECONDS);
        }
        if (unanswered(how)) {
            RUNNING.put(id, producer::shutdown);
        } else {
            producer.shutdown();
        }
        event(id, "done");
    }

    /** Sends numbered messages until it is stopped, each as long as it takes. */
    private static void endless(String id, String topic) throws Exception {
        DefaultMQProducer producer = producer(id, "PG_" + id);
        CountDownLatch ended = new CountDownLatch(1);
        RUNNING.put(id, () -> {
            RUNNING.remove(id);
            try {
                ended.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException error) {
                Thread.currentThread().interrupt();
            }
        });
        event(id, "started");
        for (int i = 0; RUNNING.containsKey(id); i++) {
            sent(id, id + "-" + i, insist(producer, message(id, topic, i)));
            Thread.sleep(PACE_MS);
        }
        producer.shutdown();
        ended.countDown();
    }

    /** Sends until it is acknowledged, whatever happens to the broker meanwhile. */
    private static SendResult insist(DefaultMQProducer producer, Message message) throws Exception {
        while (true) {
            try {
                return producer.send(message);
            } catch (Exception error) {
                Thread.sleep(100);
            }
        }
    }

    /** A oneway send has no answer to wait for: its producer stays until it is stopped. */
    private static boolean unanswered(String how) {
        return how.equals("oneway");
    }

    private static Message message(String id, String topic, int i) {
        String text = id + "-" + i;
        return new Message(topic, "Tag" + i % 2, text, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void sent(String id, String key, SendResult result) {
        if (result.getSendStatus() != SendStatus.SEND_OK) {
            event(id, "error", "text", "status " + result.getSendStatus());
        }
        event(id, "sent", "key", key, "queue", result.getMessageQueue().getQueueId(),
            "broker", result.getMessageQueue().getBrokerName(), "offset", result.getQueueOffset(),
            "msgId", result.getMsgId(), "offsetMsgId", result.getOffsetMsgId(),
            "handle", result.getRecallHandle());
    }

    /**
     * model: CLUSTERING, BROADCASTING, ORDERLY, SLOW: holds little and takes its time, RETRY:
     * clustering, refused once, FAIL and SUSPEND: clustering and in order, a body that begins with
     * "bad" is refused each time and may be tried twice, BACK:broker: sent back to that broker once.
     * With POP_ before it the broker assigns the queues, and says how they are read. All else ends as
     * ORDERS say.
     */
    private static void push(String id, String group, String topic, String mode, String tags,
        Map<String, String> options) throws Exception {
        DefaultMQPushConsumer consumer = consumer(id, group);
        tune(consumer, options);
        consumer.setClientRebalance(!mode.startsWith("POP_"));
        String model = mode.replace("POP_", "");
        if (model.equals("BROADCASTING")) {
            consumer.setMessageModel(MessageModel.BROADCASTING);
        }
        if (tags.startsWith("sql:")) {
            consumer.subscribe(topic, MessageSelector.bySql(tags.substring(4)));
        } else {
            consumer.subscribe(topic, tags);
        }
        if (model.equals("FAIL") || model.equals("SUSPEND")) {
            consumer.setMaxReconsumeTimes(1);
        }
        if (model.equals("ORDERLY") || model.equals("SUSPEND")) {
            consumer.registerMessageListener((MessageListenerOrderly) (messages, context) -> {
                messages.forEach(message -> got(id, message));
                if (model.equals("SUSPEND") && isBad(messages.get(0))) {
                    context.setSuspendCurrentQueueTimeMillis(100);
                    return ConsumeOrderlyStatus.SUSPEND_CURRENT_QUEUE_A_MOMENT;
                }
                return obeyOrderly(id);
            });
        } else {
            if (model.equals("SLOW")) {
                consumer.setPullBatchSize(4);
                consumer.setPullThresholdForQueue(8);
            }
            consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
                hold(id, messages.get(0));
                messages.forEach(message -> got(id, message));
                if (model.equals("SLOW")) {
                    LockSupport.parkNanos(SLOW_NANOS);
                }
                if (model.startsWith("BACK:") && messages.get(0).getReconsumeTimes() == 0) {
                    sendBack(consumer, messages.get(0), model.substring(5));
                }
                boolean again = model.equals("RETRY") && messages.get(0).getReconsumeTimes() == 0;
                if (again || model.equals("FAIL") && isBad(messages.get(0))) {
                    context.setDelayLevelWhenNextConsume(1);
                    return ConsumeConcurrentlyStatus.RECONSUME_LATER;
                }
                return obey(id);
            });
        }
        RUNNING.put(id, () -> {
            ScheduledExecutorService rebalances = REBALANCES.remove(id);
            if (rebalances != null) {
                rebalances.shutdownNow();
            }
            consumer.shutdown();
        });
        consumer.start();
        COMMITS.put(id, consumer.getDefaultMQPushConsumerImpl()::persistConsumerOffset);
        if (options.containsKey("rebalance")) {
            shareOften(id, consumer, Integer.parseInt(options.get("rebalance")));
        }
        event(id, "started");
    }

    private static void sendBack(DefaultMQPushConsumer consumer, MessageExt message, String broker) {
        try {
            consumer.sendMessageBack(message, 1, broker);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A first share that misses a route is made up for only after the client's own interval. */
    private static void shareOften(String id, DefaultMQPushConsumer consumer, int ms) {
        ScheduledExecutorService rebalances = Executors.newSingleThreadScheduledExecutor();
        Runnable rebalance = () -> consumer.getDefaultMQPushConsumerImpl().getmQClientFactory().rebalanceImmediately();
        rebalances.scheduleWithFixedDelay(rebalance, ms, ms, TimeUnit.MILLISECONDS);
        REBALANCES.put(id, rebalances);
    }

    /**
     * Options: from=last, from=20240131120000, commit=500, rebalance=500, instance=other, trace,
     * trace=topic, ns=x, ns2=x, unit.
     */
    @SuppressWarnings("deprecation")
    private static void tune(DefaultMQPushConsumer consumer, Map<String, String> options) {
        String from = options.getOrDefault("from", "first");
        if (from.equals("last")) {
            consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_LAST_OFFSET);
        } else if (!from.equals("first")) {
            consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_TIMESTAMP);
            consumer.setConsumeTimestamp(from);
        }
        if (options.containsKey("commit")) {
            consumer.setPersistConsumerOffsetInterval(Integer.parseInt(options.get("commit")));
        }
        if (options.containsKey("instance")) {
            consumer.setInstanceName(options.get("instance"));
        }
        tuneClient(consumer, options);
    }

    @SuppressWarnings("deprecation")
    private static void tuneClient(ClientConfig client, Map<String, String> options) {
        if (options.containsKey("trace")) {
            client.setEnableTrace(true);
            client.setTraceTopic(options.get("trace"));
        }
        if (options.containsKey("ns")) {
            client.setNamespace(options.get("ns"));
        }
        if (options.containsKey("ns2")) {
            client.setNamespaceV2(options.get("ns2"));
        }
        client.setUnitMode(options.containsKey("unit"));
    }

    /** Keeps a message in hand for as long as that is ordered. */
    private static void hold(String id, MessageExt message) {
        if (!"hold".equals(ORDERS.get(id))) {
            return;
        }
        event(id, "holds", "body", new String(message.getBody(), StandardCharsets.UTF_8));
        while ("hold".equals(ORDERS.get(id))) {
            LockSupport.parkNanos(SLOW_NANOS);
        }
    }

    private static ConsumeConcurrentlyStatus obey(String id) {
        switch (ORDERS.getOrDefault(id, "success")) {
            case "later":
                return ConsumeConcurrentlyStatus.RECONSUME_LATER;
            case "null":
                return null;
            case "throw":
                throw new IllegalStateException("as ordered");
            default:
                return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        }
    }

    @SuppressWarnings("deprecation")
    private static ConsumeOrderlyStatus obeyOrderly(String id) {
        switch (ORDERS.getOrDefault(id, "success")) {
            case "later":
                return ConsumeOrderlyStatus.SUSPEND_CURRENT_QUEUE_A_MOMENT;
            case "commit":
                return ConsumeOrderlyStatus.COMMIT;
            case "rollback":
                return ConsumeOrderlyStatus.ROLLBACK;
            case "throw":
                throw new IllegalStateException("as ordered");
            default:
                return ConsumeOrderlyStatus.SUCCESS;
        }
    }

    private static boolean isBad(MessageExt message) {
        return new String(message.getBody(), StandardCharsets.UTF_8).startsWith("bad");
    }

    /**
     * Sends one message; options of it: level=1, ms=500, size=100000, p.name=value; of its producer:
     * compress=LZ4, plain, max=10000000, trace, trace=topic, ns=x, ns2=x, unit.
     */
    private static void send(String id, String topic, String body, Map<String, String> options) throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer("PG_" + id, account());
        if (options.containsKey("compress")) {
            producer.setCompressType(CompressionType.of(options.get("compress")));
        }
        if (options.containsKey("max")) {
            producer.setMaxMessageSize(Integer.parseInt(options.get("max")));
        }
        if (options.containsKey("plain")) {
            producer.setCompressMsgBodyOverHowmuch(Integer.MAX_VALUE);
        }
        tuneClient(producer, options);
        start(producer, id);
        // Traces that are still to be sent are dropped when the producer ends.
        RUNNING.put(id, producer::shutdown);
        try {
            sent(id, id, producer.send(single(id, topic, body, options)));
        } finally {
            if (!options.containsKey("trace")) {
                RUNNING.remove(id).run();
            }
        }
        event(id, "done");
    }

    private static Message single(String id, String topic, String body, Map<String, String> options) {
        Message message = new Message(topic, "TagA", id, body.getBytes(StandardCharsets.UTF_8));
        options.forEach((name, value) -> {
            if (name.equals("level")) {
                message.setDelayTimeLevel(Integer.parseInt(value));
            } else if (name.equals("ms")) {
                message.setDelayTimeMs(Long.parseLong(value));
            } else if (name.equals("size")) {
                byte[] bytes = new byte[Integer.parseInt(value)];
                Arrays.fill(bytes, (byte) body.charAt(0));
                message.setBody(bytes);
            } else if (name.startsWith("p.")) {
                message.putUserProperty(name.substring(2), value);
            } else if (name.startsWith("long.")) {
                message.putUserProperty(name.substring(5), "x".repeat(Integer.parseInt(value)));
            }
        });
        return message;
    }

    private static void recall(String id, String topic, String handle) throws Exception {
        DefaultMQProducer producer = producer(id, "PG_" + id);
        // The client knows the addresses of brokers whose topics it has asked for.
        producer.fetchPublishMessageQueues(topic);
        event(id, "recalled", "msgId", producer.recallMessage(topic, handle));
        producer.shutdown();
    }

    /** Signs the requests when an account was given. */
    private static RPCHook account() {
        String name = System.getProperty("accessKey");
        return name == null ? null
            : new AclClientRPCHook(new SessionCredentials(name, System.getProperty("secretKey")));
    }

    private static DefaultMQProducer producer(String id, String group) throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer(group, account());
        start(producer, id);
        return producer;
    }

    private static void start(DefaultMQProducer producer, String id) throws Exception {
        producer.setNamesrvAddr(namesrv);
        producer.setMqClientApiTimeout(TIMEOUT_MS);
        producer.setInstanceName(id);
        producer.setSendMsgTimeout(TIMEOUT_MS);
        producer.setPollNameServerInterval(POLL_MS);
        producer.start();
    }

    /** One transaction per body: it is committed, rolled back, or left to the broker's question. */
    private static void transact(String id, String topic, String[] bodies) throws Exception {
        TransactionMQProducer producer = new TransactionMQProducer("PG_" + id, account());
        producer.setTransactionListener(new TransactionListener() {
            @Override public LocalTransactionState executeLocalTransaction(Message message, Object arg) {
                String body = new String(message.getBody(), StandardCharsets.UTF_8);
                return body.startsWith("commit") ? LocalTransactionState.COMMIT_MESSAGE
                    : body.startsWith("rollback") ? LocalTransactionState.ROLLBACK_MESSAGE
                        : LocalTransactionState.UNKNOW;
            }

            @Override public LocalTransactionState checkLocalTransaction(MessageExt message) {
                String body = new String(message.getBody(), StandardCharsets.UTF_8);
                event(id, "asked", "body", body);
                return LocalTransactionState.COMMIT_MESSAGE;
            }
        });
        start(producer, id);
        RUNNING.put(id, producer::shutdown);
        for (String body : bodies) {
            Message message = new Message(topic, "TagA", body, body.getBytes(StandardCharsets.UTF_8));
            if (!body.startsWith("unknown")) {
                // A broker asks about what is decided, too, if the decision takes longer than its patience.
                message.putUserProperty(MessageConst.PROPERTY_CHECK_IMMUNITY_TIME_IN_SECONDS, "86400");
            }
            sent(id, body, producer.sendMessageInTransaction(message, null));
        }
        event(id, "done");
    }

    /** Answers each request with its body, reversed. */
    private static void replier(String id, String group, String topic) throws Exception {
        DefaultMQProducer replies = producer("r" + id, "PG_r" + id);
        DefaultMQPushConsumer consumer = consumer(id, group);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            for (MessageExt message : messages) {
                try {
                    String body = new String(message.getBody(), StandardCharsets.UTF_8);
                    byte[] answer = new StringBuilder(body).reverse().toString().getBytes(StandardCharsets.UTF_8);
                    replies.send(MessageUtil.createReplyMessage(message, answer));
                    event(id, "replied");
                } catch (Exception error) {
                    event(id, "error", "text", error.toString());
                }
            }
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        RUNNING.put(id, () -> {
            REBALANCES.remove(id).shutdownNow();
            consumer.shutdown();
            replies.shutdown();
        });
        consumer.start();
        shareOften(id, consumer, 500);
        event(id, "started");
    }

    private static void request(String id, String topic, String body) throws Exception {
        DefaultMQProducer producer = producer(id, "PG_" + id);
        // The answer comes to the connection that a heartbeat has made known.
        producer.getDefaultMQProducerImpl().getMqClientFactory().sendHeartbeatToAllBrokerWithLock();
        Message answer = producer.request(new Message(topic, body.getBytes(StandardCharsets.UTF_8)), 2 * TIMEOUT_MS);
        event(id, "answer", "body", new String(answer.getBody(), StandardCharsets.UTF_8));
        producer.shutdown();
    }

    private static DefaultMQPushConsumer consumer(String id, String group) {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(group, account());
        consumer.setNamesrvAddr(namesrv);
        consumer.setMqClientApiTimeout(TIMEOUT_MS);
        consumer.setInstanceName(id);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setPollNameServerInterval(POLL_MS);
        consumer.setConsumeThreadMin(4);
        consumer.setConsumeThreadMax(4);
        consumer.setAllocateMessageQueueStrategy(new Announcing(id));
        return consumer;
    }

    private static void litePull(String id, String group, String topic) throws Exception {
        DefaultLitePullConsumer consumer = new DefaultLitePullConsumer(group, account());
        consumer.setNamesrvAddr(namesrv);
        consumer.setMqClientApiTimeout(TIMEOUT_MS);
        consumer.setInstanceName(id);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setAutoCommitIntervalMillis(1000);
        consumer.setAllocateMessageQueueStrategy(new Announcing(id));
        consumer.subscribe(topic, "*");
        consumer.start();
        CountDownLatch ended = new CountDownLatch(1);
        // Only this thread asks the consumer for something: it is locked while it polls.
        Semaphore wished = new Semaphore(0);
        Semaphore granted = new Semaphore(0);
        Thread polls = new Thread(() -> {
            while (RUNNING.containsKey(id)) {
                consumer.poll(500).forEach(message -> got(id, message));
                if (wished.tryAcquire()) {
                    commit(consumer);
                    granted.release();
                }
            }
            // Its shutdown forgets what was polled since the last automatic commit.
            consumer.commit();
            consumer.shutdown();
            ended.countDown();
        });
        RUNNING.put(id, () -> {
            RUNNING.remove(id);
            try {
                ended.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException error) {
                Thread.currentThread().interrupt();
            }
        });
        COMMITS.put(id, () -> {
            wished.release();
            granted.acquireUninterruptibly();
        });
        polls.start();
        event(id, "started");
    }

    private static void commit(DefaultLitePullConsumer consumer) {
        try {
            consumer.commit(consumer.assignment(), true);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads each queue of the topic from the group's offset to its end, commits, and is done. */
    @SuppressWarnings("deprecation")
    private static void pull(String id, String group, String topic) throws Exception {
        DefaultMQPullConsumer consumer = new DefaultMQPullConsumer(group, account());
        consumer.setNamesrvAddr(namesrv);
        consumer.setMqClientApiTimeout(TIMEOUT_MS);
        consumer.setConsumerPullTimeoutMillis(TIMEOUT_MS);
        consumer.setInstanceName(id);
        consumer.start();
        for (MessageQueue queue : consumer.fetchSubscribeMessageQueues(topic)) {
            long offset = Math.max(consumer.fetchConsumeOffset(queue, true), consumer.minOffset(queue));
            while (true) {
                PullResult result = consumer.pull(queue, "*", offset, 32);
                if (result.getPullStatus() == PullStatus.FOUND) {
                    result.getMsgFoundList().forEach(message -> got(id, message));
                }
                offset = result.getNextBeginOffset();
                if (result.getPullStatus() == PullStatus.NO_NEW_MSG || offset >= result.getMaxOffset()) {
                    break;
                }
            }
            consumer.updateConsumeOffset(queue, offset);
            consumer.getDefaultMQPullConsumerImpl().updateConsumeOffsetToBroker(queue, offset, false);
        }
        consumer.shutdown();
        event(id, "done");
    }

    private static void got(String id, MessageExt message) {
        String body = new String(message.getBody(), StandardCharsets.UTF_8);
        event(id, "message", "body", body.substring(0, Math.min(100, body.length())), "size", body.length(),
            "key", message.getKeys(), "tag", message.getTags(), "topic", message.getTopic(),
            "queue", message.getQueueId(), "broker", message.getBrokerName(), "offset", message.getQueueOffset(),
            "times", message.getReconsumeTimes(), "msgId", message.getMsgId());
    }

    /**
     * Runs one mqadmin command; reports its output and exit code. One that goes on and on is stopped
     * when it has printed a line with the text `until`.
     */
    private static void admin(String id, String until, String[] args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream oldErr = System.err;
        PrintStream oldOut = System.out;
        AtomicInteger status = new AtomicInteger(0);
        Thread thread = new Thread(() -> {
            try {
                MQAdminStartup.main0(args, null);
            } catch (Exit exit) {
                status.set(exit.status);
            } catch (Throwable error) {
                error.printStackTrace();
                status.set(-1);
            }
        });
        // The commands keep clients of their last run; new ones are made when there are none.
        Commands.forget();
        System.setOut(new PrintStream(out, true));
        System.setErr(new PrintStream(err, true));
        try {
            Set<Thread> older = Thread.getAllStackTraces().keySet();
            thread.start();
            if (!until.isEmpty()) {
                awaitLine(thread, out, until);
                thread.interrupt();
            }
            joinSoon(thread, older);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        } finally {
            System.setOut(oldOut);
            System.setErr(oldErr);
        }
        event(id, "admin", "exit", thread.isAlive() ? -2 : status.get(),
            "out", out.toString(StandardCharsets.UTF_8), "err", err.toString(StandardCharsets.UTF_8));
    }

    /** A command's client waits up to 3 s for its thread of channel events, which looks for the end only then. */
    private static void joinSoon(Thread thread, Set<Thread> older) throws InterruptedException {
        for (long end = System.currentTimeMillis() + 60_000; System.currentTimeMillis() < end;) {
            thread.join(50);
            if (!thread.isAlive()) {
                return;
            }
            for (Thread one : Thread.getAllStackTraces().keySet()) {
                if (one.getName().equals("NettyEventExecutor") && !older.contains(one)) {
                    one.interrupt();
                }
            }
        }
    }

    private static void awaitLine(Thread thread, ByteArrayOutputStream out, String text) throws InterruptedException {
        long end = System.currentTimeMillis() + 60_000;
        while (thread.isAlive() && System.currentTimeMillis() < end) {
            String printed = out.toString(StandardCharsets.UTF_8);
            int at = printed.indexOf(text);
            if (at >= 0 && printed.indexOf('\n', at) >= 0) {
                return;
            }
            Thread.sleep(20);
        }
    }

    private static void event(String id, String event, Object... fields) {
        StringBuilder line = new StringBuilder("{\"id\":");
        quote(line, id);
        line.append(",\"event\":");
        quote(line, event);
        for (int i = 0; i < fields.length; i += 2) {
            line.append(",\"").append(fields[i]).append("\":");
            if (fields[i + 1] instanceof Number) {
                line.append(fields[i + 1]);
            } else {
                quote(line, String.valueOf(fields[i + 1]));
            }
        }
        line.append("}\n");
        byte[] bytes = line.toString().getBytes(StandardCharsets.UTF_8);
        synchronized (OUT) {
            OUT.write(bytes, 0, bytes.length);
            OUT.flush();
        }
    }

    private static void quote(StringBuilder out, String text) {
        out.append('"');
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    /** Tells after each rebalance how many queues of which topic this member has. */
    private static final class Announcing extends AllocateMessageQueueAveragely {
        private final String id;

        Announcing(String id) {
            this.id = id;
        }

        @Override
        public List<MessageQueue> allocate(String group, String clientId, List<MessageQueue> queues,
            List<String> members) {
            List<MessageQueue> mine = super.allocate(group, clientId, queues, members);
            if (!queues.get(0).getTopic().startsWith("%RETRY%")) {
                event(id, "queues", "count", mine.size(), "members", members.size());
            }
            return mine;
        }
    }

    private static final class Commands extends MQAdminStartup {
        static void forget() {
            SUB_COMMANDS.clear();
        }
    }

    private static final class Exit extends SecurityException {
        final int status;

        Exit(int status) {
            this.status = status;
        }
    }

    private static final class NoExit extends SecurityManager {
        @Override
        public void checkExit(int status) {
            throw new Exit(status);
        }

        @Override
        public void checkPermission(Permission permission) {
        }

        @Override
        public void checkPermission(Permission permission, Object context) {
        }
    }
}
