export {
  type SignableRequest,
  type Signing,
  type SigningTerms,
  signRequest,
} from './sign-request.ts';
export type { Signed } from '../engine/account-keys.ts';
export { ed25519, type Ed25519, type Signer, type VerifyingKey } from '../chain/ed25519.ts';
