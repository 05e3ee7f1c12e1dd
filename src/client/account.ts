// The account that signs requests, for those who know no protocol.

export { type Credentials, signWith } from '../protocol/sign.js';
