import { settings, variableOf } from '../settings/settings.ts';
import { detectorFile, modelFile, parseDetectorChoice, parseModelChoice } from './model-choice.ts';

/** The model's file by its flag, else its variable, else the default. */
export function askedModel(flag: string | undefined): Promise<string> {
  return modelFile(parseModelChoice(asked('model', flag), process.cwd()));
}

/** The detector's file by its flag, else its variable, else the default; false where rules find the digits. */
export function askedDetector(flag: string | undefined): Promise<string | false> {
  return detectorFile(parseDetectorChoice(asked('detector', flag), process.cwd()));
}

function asked(name: 'model' | 'detector', flag: string | undefined): string {
  return flag ?? (process.env[variableOf(name)] || settings[name].byDefault);
}
