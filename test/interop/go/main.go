// Drives the released Go client for the interop tests. Reads one command a line from stdin (words
// separated by tabs), writes one JSON object a line to stdout: {"id", "event", ...}.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/apache/rocketmq-client-go/v2"
	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
	"github.com/apache/rocketmq-client-go/v2/rlog"
)

type fields map[string]interface{}

var (
	namesrv string
	output  sync.Mutex
	lock    sync.Mutex
	running = map[string]func() error{}
	// how listeners end, by the ids of their consumers: "success" until they are told otherwise
	orders sync.Map
)

func event(id, name string, more fields) {
	line := fields{"id": id, "event": name}
	for key, value := range more {
		line[key] = value
	}
	text, _ := json.Marshal(line)
	output.Lock()
	defer output.Unlock()
	fmt.Println(string(text))
}

func main() {
	namesrv = os.Args[1]
	rlog.SetLogLevel("error")
	event("driver", "ready", nil)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Split(lines.Text(), "\t")
		go func() {
			if err := run(words); err != nil {
				event(words[1], "error", fields{"text": err.Error()})
			}
		}()
	}
	for _, stop := range running {
		_ = stop()
	}
}

func run(words []string) error {
	id := words[1]
	switch words[0] {
	case "produce":
		count, err := strconv.Atoi(words[3])
		if err != nil {
			return err
		}
		return produce(id, words[2], count, words[4])
	case "push":
		return push(id, words[2], words[3], words[4], words[5], optionsOf(words[6:]))
	case "send":
		return send(id, words[2], words[3], optionsOf(words[4:]))
	case "endless":
		return endless(id, words[2])
	case "refresh":
		return refresh(id, words[2])
	case "quiet":
		quiet.Store(id, true)
		event(id, "quiet", nil)
		return nil
	case "obey":
		orders.Store(id, words[2])
		event(id, "obeys", fields{"text": words[2]})
		return nil
	case "stop":
		lock.Lock()
		stop := running[id]
		delete(running, id)
		lock.Unlock()
		if stop != nil {
			if err := stop(); err != nil {
				return err
			}
		}
		event(id, "stopped", nil)
		return nil
	}
	return fmt.Errorf("unknown command %s", words[0])
}

// optionsOf reads words of the form name=value, or only a name.
func optionsOf(words []string) map[string]string {
	options := map[string]string{}
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		options[name] = value
	}
	return options
}

// account signs the requests; an empty one does not.
var account = primitive.Credentials{AccessKey: os.Getenv("ACCESS_KEY"), SecretKey: os.Getenv("SECRET_KEY")}

// quiet holds the consumers that no longer share out queues more often than by themselves.
var quiet sync.Map

func traceConfig(group, topic string) *primitive.TraceConfig {
	return &primitive.TraceConfig{TraceTopic: topic, GroupName: group, Access: primitive.Local,
		Resolver: primitive.NewPassthroughResolver([]string{namesrv})}
}

func newProducer(id string, options map[string]string) (rocketmq.Producer, error) {
	settings := []producer.Option{
		producer.WithNsResolver(primitive.NewPassthroughResolver([]string{namesrv})),
		producer.WithGroupName("PG_" + id),
		producer.WithCredentials(account),
		producer.WithInstanceName(id),
		producer.WithSendMsgTimeout(20 * time.Second),
		producer.WithRetry(2),
	}
	if topic, traced := options["trace"]; traced {
		settings = append(settings, producer.WithTrace(traceConfig("PG_"+id, topic)))
	}
	p, err := rocketmq.NewProducer(settings...)
	if err != nil {
		return nil, err
	}
	return p, p.Start()
}

// send sends one message; options: size=100000, trace, trace=topic.
func send(id, topic, body string, options map[string]string) error {
	p, err := newProducer(id, options)
	if err != nil {
		return err
	}
	if size, sized := options["size"]; sized {
		count, err := strconv.Atoi(size)
		if err != nil {
			return err
		}
		body = strings.Repeat(body[:1], count)
	}
	message := primitive.NewMessage(topic, []byte(body)).WithTag("TagA").WithKeys([]string{id})
	result, err := p.SendSync(context.Background(), message)
	sent(id, id, result, err)
	if _, traced := options["trace"]; traced {
		lock.Lock()
		running[id] = p.Shutdown
		lock.Unlock()
	} else if err := p.Shutdown(); err != nil {
		return err
	}
	event(id, "done", nil)
	return nil
}

// endless sends numbered messages until it is stopped, each as long as it takes.
func endless(id, topic string) error {
	p, err := newProducer(id, nil)
	if err != nil {
		return err
	}
	stop, ended := make(chan struct{}), make(chan struct{})
	lock.Lock()
	running[id] = func() error {
		close(stop)
		<-ended
		return p.Shutdown()
	}
	lock.Unlock()
	event(id, "started", nil)
	defer close(ended)
	for i := 0; ; i++ {
		select {
		case <-stop:
			return nil
		case <-time.After(5 * time.Millisecond):
			insist(p, id, newMessage(id, topic, i))
		}
	}
}

func insist(p rocketmq.Producer, id string, message *primitive.Message) {
	result, err := p.SendSync(context.Background(), message)
	for err != nil {
		time.Sleep(100 * time.Millisecond)
		result, err = p.SendSync(context.Background(), message)
	}
	sent(id, message.GetKeys(), result, nil)
}

// refresh has the client of that id ask for its routes: it does so when one more consumer starts.
func refresh(id, topic string) error {
	c, err := rocketmq.NewPushConsumer(
		consumer.WithNsResolver(primitive.NewPassthroughResolver([]string{namesrv})),
		consumer.WithGroupName(fmt.Sprintf("R_%s_%d", id, time.Now().UnixNano())),
		consumer.WithInstance(id),
	)
	if err != nil {
		return err
	}
	ignore := func(context.Context, ...*primitive.MessageExt) (consumer.ConsumeResult, error) {
		return consumer.ConsumeSuccess, nil
	}
	if err := c.Subscribe(topic, consumer.MessageSelector{}, ignore); err != nil {
		return err
	}
	return c.Start()
}

// produce sends count messages; how is sync, async, batch or stubborn. Body and key of message i are "<id>-i".
func produce(id, topic string, count int, how string) error {
	p, err := newProducer(id, nil)
	if err != nil {
		return err
	}
	var answers sync.WaitGroup
	for i := 0; i < count; i++ {
		message := newMessage(id, topic, i)
		switch how {
		case "batch":
			batch := []*primitive.Message{message}
			for len(batch) < 32 && i+1 < count {
				i++
				batch = append(batch, newMessage(id, topic, i))
			}
			result, err := p.SendSync(context.Background(), batch...)
			sent(id, "batch", result, err)
		case "async":
			answers.Add(1)
			err := p.SendAsync(context.Background(), func(_ context.Context, result *primitive.SendResult, err error) {
				sent(id, message.GetKeys(), result, err)
				answers.Done()
			}, message)
			if err != nil {
				return err
			}
		case "stubborn":
			insist(p, id, message)
		default:
			result, err := p.SendSync(context.Background(), message)
			sent(id, message.GetKeys(), result, err)
		}
	}
	answers.Wait()
	if err := p.Shutdown(); err != nil {
		return err
	}
	event(id, "done", nil)
	return nil
}

func newMessage(id, topic string, i int) *primitive.Message {
	text := fmt.Sprintf("%s-%d", id, i)
	message := primitive.NewMessage(topic, []byte(text))
	return message.WithTag(fmt.Sprintf("Tag%d", i%2)).WithKeys([]string{text})
}

func sent(id, key string, result *primitive.SendResult, err error) {
	if err != nil {
		event(id, "error", fields{"text": err.Error()})
		return
	}
	if result.Status != primitive.SendOK {
		event(id, "error", fields{"text": fmt.Sprintf("status %d", result.Status)})
	}
	event(id, "sent", fields{"key": key, "queue": result.MessageQueue.QueueId, "offset": result.QueueOffset,
		"broker": result.MessageQueue.BrokerName, "msgId": result.MsgID, "offsetMsgId": result.OffsetMsgID})
}

// push consumes; options: from=last, from=20240131120000, rebalance=500, instance=other, trace, trace=topic.
func push(id, group, topic, model, tags string, more map[string]string) error {
	instance := id
	if other, given := more["instance"]; given {
		instance = other
	}
	options := []consumer.Option{
		consumer.WithNsResolver(primitive.NewPassthroughResolver([]string{namesrv})),
		consumer.WithGroupName(group),
		consumer.WithCredentials(account),
		consumer.WithInstance(instance),
		consumer.WithStrategy(func(group, client string, queues []*primitive.MessageQueue, members []string) []*primitive.MessageQueue {
			mine := consumer.AllocateByAveragely(group, client, queues, members)
			if !strings.HasPrefix(queues[0].Topic, "%RETRY%") {
				event(id, "queues", fields{"count": len(mine), "members": len(members)})
			}
			return mine
		}),
	}
	switch from := more["from"]; from {
	case "", "first":
		options = append(options, consumer.WithConsumeFromWhere(consumer.ConsumeFromFirstOffset))
	case "last":
		options = append(options, consumer.WithConsumeFromWhere(consumer.ConsumeFromLastOffset))
	default:
		options = append(options, consumer.WithConsumeFromWhere(consumer.ConsumeFromTimestamp),
			consumer.WithConsumeTimestamp(from))
	}
	if traces, traced := more["trace"]; traced {
		options = append(options, consumer.WithTrace(traceConfig(group, traces)))
	}
	switch model {
	case "BROADCASTING":
		options = append(options, consumer.WithConsumerModel(consumer.BroadCasting))
	case "ORDERLY":
		options = append(options, consumer.WithConsumerOrder(true))
	case "SLOW":
		options = append(options, consumer.WithPullBatchSize(4), consumer.WithPullThresholdForQueue(8),
			consumer.WithConsumeGoroutineNums(4))
	}
	c, err := rocketmq.NewPushConsumer(options...)
	if err != nil {
		return err
	}
	selector := consumer.MessageSelector{Type: consumer.TAG, Expression: tags}
	err = c.Subscribe(topic, selector, func(_ context.Context, messages ...*primitive.MessageExt) (consumer.ConsumeResult, error) {
		hold(id, messages[0])
		for _, message := range messages {
			body := string(message.Body)
			event(id, "message", fields{"body": body[:min(100, len(body))], "size": len(body), "key": message.GetKeys(), "tag": message.GetTags(),
				"queue": message.Queue.QueueId, "broker": message.Queue.BrokerName, "offset": message.QueueOffset,
				"times": message.ReconsumeTimes, "msgId": message.MsgId})
		}
		if model == "SLOW" {
			time.Sleep(20 * time.Millisecond)
		}
		return obey(id)
	})
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	if ms, err := strconv.Atoi(more["rebalance"]); err == nil {
		go shareOften(id, c, time.Duration(ms)*time.Millisecond)
	}
	lock.Lock()
	running[id] = func() error {
		quiet.Store(id, true)
		return c.Shutdown()
	}
	lock.Unlock()
	event(id, "started", nil)
	return nil
}

func shareOften(id string, c rocketmq.PushConsumer, interval time.Duration) {
	for {
		time.Sleep(interval)
		if _, stopped := quiet.Load(id); stopped {
			return
		}
		c.(interface{ RebalanceIfNotPaused() }).RebalanceIfNotPaused()
	}
}

func orderOf(id string) string {
	order, _ := orders.Load(id)
	text, _ := order.(string)
	return text
}

// hold keeps a message in hand for as long as that is ordered.
func hold(id string, message *primitive.MessageExt) {
	if orderOf(id) != "hold" {
		return
	}
	event(id, "holds", fields{"body": string(message.Body)})
	for orderOf(id) == "hold" {
		time.Sleep(20 * time.Millisecond)
	}
}

func obey(id string) (consumer.ConsumeResult, error) {
	switch orderOf(id) {
	case "later":
		return consumer.ConsumeRetryLater, nil
	case "throw":
		return consumer.ConsumeRetryLater, errors.New("as ordered")
	}
	return consumer.ConsumeSuccess, nil
}
