// Drives the released Go client for the interop tests. Reads one command a line from stdin (words
// separated by tabs), writes one JSON object a line to stdout: {"id", "event", ...}.
package main

import (
	"bufio"
	"context"
	"encoding/json"
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
		return push(id, words[2], words[3], words[4], words[5])
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

// account signs the requests; an empty one does not.
var account = primitive.Credentials{AccessKey: os.Getenv("ACCESS_KEY"), SecretKey: os.Getenv("SECRET_KEY")}

// produce sends count messages; how is sync, async, batch or stubborn. Body and key of message i are "<id>-i".
func produce(id, topic string, count int, how string) error {
	p, err := rocketmq.NewProducer(
		producer.WithNsResolver(primitive.NewPassthroughResolver([]string{namesrv})),
		producer.WithGroupName("PG_"+id),
		producer.WithCredentials(account),
		producer.WithInstanceName(id),
		producer.WithSendMsgTimeout(10*time.Second),
		producer.WithRetry(2),
	)
	if err != nil {
		return err
	}
	if err := p.Start(); err != nil {
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
			result, err := p.SendSync(context.Background(), message)
			for err != nil {
				time.Sleep(100 * time.Millisecond)
				result, err = p.SendSync(context.Background(), message)
			}
			sent(id, message.GetKeys(), result, nil)
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

func push(id, group, topic, model, tags string) error {
	options := []consumer.Option{
		consumer.WithNsResolver(primitive.NewPassthroughResolver([]string{namesrv})),
		consumer.WithGroupName(group),
		consumer.WithCredentials(account),
		consumer.WithInstance(id),
		consumer.WithConsumeFromWhere(consumer.ConsumeFromFirstOffset),
		consumer.WithStrategy(func(group, client string, queues []*primitive.MessageQueue, members []string) []*primitive.MessageQueue {
			mine := consumer.AllocateByAveragely(group, client, queues, members)
			if !strings.HasPrefix(queues[0].Topic, "%RETRY%") {
				event(id, "queues", fields{"count": len(mine), "members": len(members)})
			}
			return mine
		}),
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
		for _, message := range messages {
			event(id, "message", fields{"body": string(message.Body), "key": message.GetKeys(), "tag": message.GetTags(),
				"queue": message.Queue.QueueId, "broker": message.Queue.BrokerName, "offset": message.QueueOffset,
				"times": message.ReconsumeTimes, "msgId": message.MsgId})
		}
		if model == "SLOW" {
			time.Sleep(20 * time.Millisecond)
		}
		return consumer.ConsumeSuccess, nil
	})
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	lock.Lock()
	running[id] = c.Shutdown
	lock.Unlock()
	event(id, "started", nil)
	return nil
}
