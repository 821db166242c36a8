package dev.quarry.physical;

import dev.quarry.machine.ZoneType;
import java.util.Map;

/**
 * Writes to {@code /proc/sys/vm} of a running machine that change marks and reserves: the handlers
 * of mm/page_alloc.c (6.18). The machine's spec keeps what it was booted with. The limits of the
 * per-CPU lists stay as they are.
 */
public final class VmSysctl {
  private final PhysicalMemory memory;

  /** The settings of a machine's memory. */
  public VmSysctl(PhysicalMemory memory) {
    this.memory = memory;
  }

  /**
   * Sets all marks anew: {@code min_free_kbytes_sysctl_handler} and {@code
   * watermark_scale_factor_sysctl_handler}. Zones share {@code kbytes} by their managed pages; a
   * boost is gone after it.
   *
   * @param kbytes {@code vm.min_free_kbytes}
   * @param scaleFactor {@code vm.watermark_scale_factor}, in 1/10,000 of a zone
   */
  public void marks(long kbytes, int scaleFactor) {
    memory.minFreeKbytes(kbytes);
    memory.scaleFactor(scaleFactor);
    WatermarkSetup.setMarks(memory, kbytes, scaleFactor);
    memory.zones().forEach(Zone::updatePlenty);
  }

  /**
   * Sets what zones keep back: {@code lowmem_reserve_ratio_sysctl_handler}.
   *
   * @param ratios {@code vm.lowmem_reserve_ratio} by zone type
   */
  public void lowmemReserveRatio(Map<ZoneType, Integer> ratios) {
    WatermarkSetup.setReserves(memory, ratios);
    memory.zones().forEach(Zone::updatePlenty);
  }
}
