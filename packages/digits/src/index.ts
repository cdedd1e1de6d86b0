export { DigitsError, type DigitsErrorCode } from './errors.ts';
