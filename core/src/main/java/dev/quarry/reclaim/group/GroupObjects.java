package dev.quarry.reclaim.group;

import dev.quarry.virtual.PageTableLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Objects of caches that say SLAB_ACCOUNT, and the group that each counts for: {@code struct
 * obj_cgroup}, and the vector of them beside a slab (mm/memcontrol.c, 6.18).
 *
 * <p>Equation: pages charged for a group's own objects == its bytes, rounded up to whole pages.
 *
 * <pre>
 *   slab   [ vma ][ vma ][ free ][ vma ]      objects of several groups lie in one slab,
 *            web    db             web        so that not the slab is charged, but bytes
 * </pre>
 */
public final class GroupObjects {
  /** With each object, the kernel keeps a pointer to whom it counts for: {@code obj_full_size}. */
  private static final long POINTER_BYTES = Long.BYTES;

  private static final int SHIFT = PageTableLayout.PAGE_SHIFT;

  /** An object's group, and what it counts as. */
  private record Charge(MemoryGroup group, long bytes) {}

  private final Map<Long, Charge> byAddress = new ConcurrentHashMap<>();

  /** Who has a page to be charged. */
  @FunctionalInterface
  public interface Payer {
    /** Charges pages, if that is possible. */
    boolean charge(MemoryGroup group, long pages);
  }

  GroupObjects() {}

  /**
   * A fresh object counts for a group: {@code obj_cgroup_charge}.
   *
   * @return whether its bytes fit
   */
  public boolean charge(MemoryGroup group, long object, int size, Payer payer) {
    long bytes = size + POINTER_BYTES;
    long pages = group.objects(bytes, SHIFT);
    if (pages > 0 && !payer.charge(group, pages)) {
      // Others may have come to the page meanwhile, which then has to be charged after all.
      group.memory().charge(pages + group.objects(-bytes, SHIFT));
      return false;
    }
    byAddress.put(object, new Charge(group, bytes));
    return true;
  }

  /** An object goes, if it counts for a group. */
  public void uncharge(long object) {
    Charge charge = byAddress.remove(object);
    if (charge != null) {
      long pages = charge.group.objects(-charge.bytes, SHIFT);
      if (pages != 0) {
        charge.group.memory().charge(pages);
      }
    }
  }

  /** The machine rests: {@code memcg_reparent_objcgs}. */
  void reparent(MemoryGroup from, MemoryGroup to) {
    byAddress.replaceAll(
        (object, charge) -> charge.group == from ? new Charge(to, charge.bytes) : charge);
    if (to.isRoot()) {
      byAddress.values().removeIf(charge -> charge.group == to);
    }
    long bytes = from.objectBytes();
    long change = from.objects(-bytes, SHIFT);
    change += to.isRoot() ? 0 : to.objects(bytes, SHIFT);
    to.memory().charge(change); // what both left unused of their last pages may be a page together
  }

  /** Addresses of the objects that count for a group. */
  public List<Long> of(MemoryGroup group) {
    List<Long> addresses = new ArrayList<>();
    byAddress.forEach((address, charge) -> {
      if (charge.group == group) {
        addresses.add(address);
      }
    });
    addresses.sort(null);
    return addresses;
  }

  /** Bytes of the objects that count for a group, counted one by one. */
  public long bytes(MemoryGroup group) {
    return byAddress.values().stream()
        .filter(charge -> charge.group == group)
        .mapToLong(Charge::bytes)
        .sum();
  }
}
