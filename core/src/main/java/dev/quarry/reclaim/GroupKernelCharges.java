package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.KernelCharges;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;

/** Charges groups for page tables and objects of their processes ({@code obj_cgroup_charge}). */
record GroupKernelCharges(MemoryGroups groups, GroupLimits limits) implements KernelCharges {
  @Override
  public boolean chargePage(Cpu cpu, int pfn) {
    if (!groups.isInUse()) {
      return true;
    }
    MemoryGroup group = groups.of(cpu.task());
    boolean charged = limits.chargeKernel(cpu, group, 1);
    if (charged) {
      groups.commit(group, pfn, 1);
    }
    return charged;
  }

  @Override
  public void unchargePage(int pfn) {
    groups.uncharge(pfn, 1);
  }

  @Override
  public boolean chargeObject(Cpu cpu, long object, int size) {
    MemoryGroup group = groups.of(cpu.task());
    return group.isRoot()
        || groups
            .objects()
            .charge(group, object, size, (one, pages) -> limits.chargeKernel(cpu, one, pages));
  }

  @Override
  public void unchargeObject(long object) {
    if (groups.isInUse()) {
      groups.objects().uncharge(object);
    }
  }
}
