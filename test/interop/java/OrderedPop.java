// Pops in order, acknowledges and asks for time with the released Java client, step by step; each
// step prints one line of JSON: {"step": what was done, "got": what came of it}.
// Usage: OrderedPop NAMESRV BROKER_NAME BROKER_ADDRESS TOPIC GROUP

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.consumer.AckCallback;
import org.apache.rocketmq.client.consumer.AckResult;
import org.apache.rocketmq.client.consumer.PopCallback;
import org.apache.rocketmq.client.consumer.PopResult;
import org.apache.rocketmq.client.impl.MQClientAPIImpl;
import org.apache.rocketmq.client.impl.MQClientManager;
import org.apache.rocketmq.client.impl.factory.MQClientInstance;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.protocol.header.AckMessageRequestHeader;
import org.apache.rocketmq.remoting.protocol.header.ChangeInvisibleTimeRequestHeader;
import org.apache.rocketmq.remoting.protocol.header.PopMessageRequestHeader;

public final class OrderedPop {
    private static final int TIMEOUT_MS = 60_000;
    private static final long LONG_MS = 60_000;
    private static MQClientAPIImpl api;
    private static String broker;
    private static String address;
    private static String topic;
    private static String group;

    public static void main(String[] args) {
        int exit = 0;
        try {
            run(args);
        } catch (Throwable error) {
            // The client's threads would keep the program.
            error.printStackTrace();
            exit = 1;
        }
        System.out.flush();
        Runtime.getRuntime().halt(exit);
    }

    private static void run(String[] args) throws Exception {
        String namesrv = args[0];
        broker = args[1];
        address = args[2];
        topic = args[3];
        group = args[4];
        DefaultMQProducer producer = new DefaultMQProducer("P_" + group);
        producer.setNamesrvAddr(namesrv);
        producer.setMqClientApiTimeout(TIMEOUT_MS);
        producer.start();
        for (int i = 1; i <= 6; i++) {
            byte[] body = ("m" + i).getBytes(StandardCharsets.UTF_8);
            producer.send(new Message(topic, body), new MessageQueue(topic, broker, 0), TIMEOUT_MS);
        }
        ClientConfig config = new ClientConfig();
        config.setNamesrvAddr(namesrv);
        config.setInstanceName("pop");
        MQClientInstance instance = MQClientManager.getInstance().getOrCreateMQClientInstance(config);
        instance.start();
        api = instance.getMQClientAPIImpl();
        steps();
    }

    private static void steps() throws Exception {
        List<MessageExt> unseen = pop("two", 2, LONG_MS, "a1", 0);
        pop("another attempt", 2, LONG_MS, "a2", 0);
        List<MessageExt> first = pop("the same attempt", 2, LONG_MS, "a1", 0);
        ack("what was handed out again", unseen.get(0));
        ack("the first", first.get(0));
        pop("while one is open", 2, LONG_MS, "a3", 0);
        ack("the second", first.get(1));
        List<MessageExt> second = pop("the next two", 2, LONG_MS, "a4", 0);
        time("less time for both", second.get(0), 1000);
        time("less time for both", second.get(1), 1000);
        List<MessageExt> again = pop("when they are visible again", 2, LONG_MS, "a5", 10_000);
        ack("an old receipt", second.get(0));
        for (MessageExt message : again) {
            ack("again", message);
        }
        List<MessageExt> rest = pop("all that is left", 32, 1000, "a6", 0);
        pop("when nobody acknowledged", 32, LONG_MS, "a7", 10_000);
        ack("too late", rest.get(0));
    }

    private static List<MessageExt> pop(String step, int count, long invisibleMs, String attempt,
        long pollMs) throws Exception {
        PopMessageRequestHeader header = new PopMessageRequestHeader();
        header.setConsumerGroup(group);
        header.setTopic(topic);
        header.setQueueId(0);
        header.setMaxMsgNums(count);
        header.setInvisibleTime(invisibleMs);
        header.setPollTime(pollMs);
        header.setBornTime(System.currentTimeMillis());
        header.setInitMode(0);
        header.setExpType("TAG");
        header.setExp("*");
        header.setOrder(true);
        header.setAttemptId(attempt);
        CompletableFuture<PopResult> popped = new CompletableFuture<>();
        api.popMessageAsync(broker, address, header, TIMEOUT_MS, new PopCallback() {
            @Override public void onSuccess(PopResult result) {
                popped.complete(result);
            }

            @Override public void onException(Throwable error) {
                popped.completeExceptionally(error);
            }
        });
        PopResult result = popped.get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
        List<MessageExt> messages = result.getMsgFoundList() == null ? List.of() : result.getMsgFoundList();
        String texts = messages.stream()
            .map(message -> new String(message.getBody(), StandardCharsets.UTF_8) + "/" + message.getReconsumeTimes())
            .collect(Collectors.joining(" "));
        print("pop " + step, result.getPopStatus() + " " + texts);
        return messages;
    }

    private static void ack(String step, MessageExt message) throws Exception {
        AckMessageRequestHeader header = new AckMessageRequestHeader();
        header.setConsumerGroup(group);
        header.setTopic(topic);
        header.setQueueId(message.getQueueId());
        header.setOffset(message.getQueueOffset());
        header.setExtraInfo(message.getProperty("POP_CK"));
        Answer answer = new Answer();
        api.ackMessageAsync(address, TIMEOUT_MS, answer, header);
        print("ack " + step, answer.status());
    }

    private static void time(String step, MessageExt message, long invisibleMs) throws Exception {
        ChangeInvisibleTimeRequestHeader header = new ChangeInvisibleTimeRequestHeader();
        header.setConsumerGroup(group);
        header.setTopic(topic);
        header.setQueueId(message.getQueueId());
        header.setOffset(message.getQueueOffset());
        header.setExtraInfo(message.getProperty("POP_CK"));
        header.setInvisibleTime(invisibleMs);
        Answer answer = new Answer();
        api.changeInvisibleTimeAsync(broker, address, header, TIMEOUT_MS, answer);
        print("time " + step, answer.status());
    }

    private static void print(String step, String got) {
        System.out.println("{\"step\":\"" + step + "\",\"got\":\"" + got.trim() + "\"}");
    }

    private static final class Answer implements AckCallback {
        private final CompletableFuture<String> status = new CompletableFuture<>();

        @Override public void onSuccess(AckResult result) {
            status.complete(String.valueOf(result.getStatus()));
        }

        @Override public void onException(Throwable error) {
            status.complete("refused");
        }

        String status() throws Exception {
            return status.get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
        }
    }
}
