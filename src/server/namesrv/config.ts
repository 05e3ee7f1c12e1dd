// What the name server reads of its configuration (NamesrvConfig and NettyServerConfig).

/** Other properties are kept: they are shown to mqadmin and saved with the rest. */
export interface NamesrvSettings {
  bindAddress: string;
  listenPort: number;
  serverChannelMaxIdleTimeSeconds: number;
  kvConfigPath: string;
  configStorePath: string;
  configBlackList: string;
  orderMessageEnable: boolean;
  returnOrderTopicConfigToBroker: boolean;
  scanNotActiveBrokerInterval: number;
  supportActingMaster: boolean;
  enableAllTopicList: boolean;
  enableTopicList: boolean;
  notifyMinBrokerIdChanged: boolean;
  needWaitForService: boolean;
  waitSecondsForService: number;
  deleteTopicWithBrokerRegistration: boolean;
}
