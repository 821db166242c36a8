package dev.quarry.virtual.space;

/** Between PROT_* bits and those of areas, which have the same three lowest ones. */
final class Prot {
  static final long ALL = MapFlags.PROT_READ | MapFlags.PROT_WRITE | MapFlags.PROT_EXEC;

  private Prot() {}

  /** {@code calc_vm_prot_bits}: what is not access is ignored. */
  static long vmFlags(long prot) {
    return prot & ALL;
  }
}
