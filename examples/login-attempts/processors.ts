import { ByUser, Suspicious } from './generated/login-attempts.js'

/** Attempts from the private range 10.0.0.0/8 are suspicious. */
export class SuspiciousIps extends Suspicious {
  protected override test({ value }: Suspicious.In): boolean {
    return value.ip.startsWith('10.')
  }
}

export class PerUser extends ByUser {
  protected override groupKey({ value }: ByUser.In): string {
    return value.user
  }
}
