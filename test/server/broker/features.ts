// The features whose answers were recorded from Apache RocketMQ 5.5.0, by name.

import type { FeatureTalk } from './feature-talk.js';
import { filterFeature } from './filter-feature.js';
import { orderFeature } from './order-feature.js';
import { retryFeature } from './retry-feature.js';
import { transactionFeature } from './transaction-feature.js';

export type Feature = 'filters' | 'order' | 'retries' | 'transactions';

export const FEATURES: Readonly<Record<Feature, (talk: FeatureTalk) => Promise<void>>> = {
  filters: filterFeature,
  order: orderFeature,
  retries: retryFeature,
  transactions: transactionFeature,
};
