import { detectorFile, modelFile } from '../models/model-choice.ts';
import { type Check, failure, ok } from './check.ts';

/** Whether the model and the detector can be opened: as the server would, without reading a picture. */
export const modelsCheck: Check = {
  subject: 'model',
  find: async ({ model, detector }) => {
    const { openReader } = await import('@inkwire/digits');
    try {
      await using reader = await openReader({
        model: await modelFile(model),
        detector: await detectorFile(detector),
      });
      return [ok(`${reader.card.recipe} ${reader.card.version} can be opened, and its detector`)];
    } catch (error) {
      return [failure(error)];
    }
  },
};
