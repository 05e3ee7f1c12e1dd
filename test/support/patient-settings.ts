// Settings by which a broker of either kind refuses nothing because the machine is slow: what waits
// 200 ms in RocketMQ's queue of sends is refused otherwise.

export const PATIENT_BROKER = { brokerFastFailureEnable: false };
export const PATIENT_STORE = { osPageCacheBusyTimeOutMills: 60_000 };
export const PATIENT = { ...PATIENT_BROKER, ...PATIENT_STORE };
