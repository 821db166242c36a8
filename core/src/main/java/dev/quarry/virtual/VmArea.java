package dev.quarry.virtual;

import java.util.ArrayList;
import java.util.List;

/**
 * What a {@code vm_struct} says, read once, for those who look.
 *
 * @param bytes with the guard page
 * @param nrPages frames that are the area's own
 * @param pagesByNode how many of them each node has
 * @param arrayInVmalloc whether the array of its frames is in vmalloc space too
 * @param physical of a device, or 0
 */
public record VmArea(
    long address,
    long bytes,
    int flags,
    int nrPages,
    List<Integer> pagesByNode,
    boolean arrayInVmalloc,
    long physical,
    String caller) {
  public VmArea {
    pagesByNode = List.copyOf(pagesByNode);
  }

  /** Whether the area is freed, and its addresses wait for a flush. */
  public boolean isLazy() {
    return (flags & VmStructs.VM_LAZY) != 0;
  }

  /** Whether its frames are not there yet. */
  public boolean isUninitialized() {
    return (flags & VmStructs.VM_UNINITIALIZED) != 0;
  }

  /** The kinds in the words of {@code /proc/vmallocinfo}, in its order. */
  public List<String> kinds() {
    List<String> kinds = new ArrayList<>();
    add(kinds, VmStructs.VM_IOREMAP, "ioremap");
    add(kinds, VmStructs.VM_ALLOC, "vmalloc");
    add(kinds, VmStructs.VM_MAP, "vmap");
    add(kinds, VmStructs.VM_USERMAP, "user");
    return kinds;
  }

  private void add(List<String> kinds, int flag, String word) {
    if ((flags & flag) != 0) {
      kinds.add(word);
    }
  }
}
