// Fields that many headers share (RpcRequestHeader and TopicRequestHeader in RocketMQ).

/** ns namespace, nsd namespaced, bname broker name, oway oneway: of every RpcRequestHeader. */
export const rpc = { ns: 'str?', nsd: 'bool?', bname: 'str?', oway: 'bool?' } as const;

/** lo: the queue id is a logical one of a static topic. */
export const topicRpc = { lo: 'bool?', ...rpc } as const;
