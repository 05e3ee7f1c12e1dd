// Which of the messages of one moment a search by time means (BoundaryType).

import type { Boundary } from '../../../store/message-store.js';

export const boundaryOf = (text: string | undefined): Boundary =>
  text?.toUpperCase() === 'UPPER' ? 'UPPER' : 'LOWER';
