package dev.quarry.virtual.space;

import dev.quarry.virtual.space.MmStruct.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Checks every equation of the address spaces. The machine must be at rest.
 *
 * <pre>
 *   numbers: total_vm == sum of pages; data_vm, stack_vm, exec_vm, locked_vm by flags
 *   promise: Committed_AS == sum over all areas with ACCOUNT, of all processes
 *   list:    sorted, disjoint, linked both ways, in the user's half; as many as map_count
 *   tree:    in the order of the list, no red below red, as many black on each way, gaps right
 *   files:   each handle counts the areas that have it
 * </pre>
 */
public final class SpaceInvariants {
  private static final long NONE = VmAreaStruct.NONE;
  private static final int MOST_FINDINGS = 50;

  private final AddressSpaces spaces;
  private final VmAreaStruct areas;
  private final List<String> findings = new ArrayList<>();
  private final Map<Integer, Integer> shown = new HashMap<>();
  private long accounted;
  private long before;

  private SpaceInvariants(AddressSpaces spaces) {
    this.spaces = spaces;
    this.areas = spaces.areas();
  }

  /** Checks all address spaces of a machine; an empty list is a sound one. */
  public static List<String> check(AddressSpaces spaces) {
    SpaceInvariants check = new SpaceInvariants(spaces);
    for (MmStruct mm : spaces.all()) {
      check.list(mm);
      check.numbers(mm);
      check.tree(mm);
    }
    check.shared();
    return check.findings;
  }

  private void expect(boolean holds, String finding, Object... values) {
    if (!holds && findings.size() < MOST_FINDINGS) {
      findings.add(String.format(Locale.ROOT, finding, values));
    }
  }

  private void list(MmStruct mm) {
    long end = 0;
    long last = NONE;
    for (long vma = mm.firstArea(); vma != NONE; vma = areas.next(vma)) {
      long start = areas.start(vma);
      expect(start >= end, "area %x begins before %x, the end of the one below", start, end);
      expect(areas.prev(vma) == last, "area %x is not linked to the one below", start);
      expect(areas.mm(vma) == mm.address(), "area %x is another address space's", start);
      expect(start < areas.end(vma), "area %x ends at %x", start, areas.end(vma));
      expect(((start | areas.end(vma)) & ~MmStruct.PAGE_MASK) == 0, "area %x: not pages", start);
      String chain = spaces.anonVmas().chainFinding(vma);
      expect(chain.isEmpty(), "area %x has %s", start, chain);
      end = areas.end(vma);
      last = vma;
    }
    expect(end <= mm.taskSize(), "the last area ends at %x", end);
    long highest = mm.get(Field.HIGHEST_END);
    expect(end == highest, "the last area ends at %x, noted is %x", end, highest);
  }

  private void numbers(MmStruct mm) {
    long[] sums = new long[5];
    long count = 0;
    for (long vma = mm.firstArea(); vma != NONE; vma = areas.next(vma)) {
      long pages = areas.pages(vma);
      long flags = areas.flags(vma);
      count++;
      sums[0] += pages;
      sums[1] += VmFlags.isData(flags) ? pages : 0;
      sums[2] += VmFlags.isStack(flags) ? pages : 0;
      sums[3] += VmFlags.isExec(flags) ? pages : 0;
      sums[4] += (flags & VmFlags.LOCKED) != 0 ? pages : 0;
      accounted += (flags & VmFlags.ACCOUNT) != 0 ? pages : 0;
      shown.merge(areas.file(vma), 1, Integer::sum);
    }
    equal("map_count", mm.mapCount(), count);
    equal("total_vm", mm.totalVm(), sums[0]);
    equal("data_vm", mm.dataVm(), sums[1]);
    equal("stack_vm", mm.stackVm(), sums[2]);
    equal("exec_vm", mm.execVm(), sums[3]);
    equal("locked_vm", mm.lockedVm(), sums[4]);
  }

  private void equal(String name, long counted, long sum) {
    expect(counted == sum, "%s is %d, its areas have %d", name, counted, sum);
  }

  private void shared() {
    equal("Committed_AS", spaces.commitment().committedPages(), accounted);
    for (int handle = 1; handle <= spaces.files().highest(); handle++) {
      equal(
          "the count of file " + handle,
          spaces.files().count(handle),
          shown.getOrDefault(handle, 0));
    }
  }

  private void tree(MmStruct mm) {
    before = NONE;
    long root = mm.rootArea();
    expect(root == NONE || !areas.isRed(root), "the root is red");
    blackHeight(mm, root, NONE);
    long last = before == NONE ? mm.firstArea() : areas.next(before);
    expect(last == NONE, "area %x is in the list and not in the tree", last);
  }

  /** How many black areas a way down passes. */
  private int blackHeight(MmStruct mm, long vma, long parent) {
    if (vma == NONE) {
      return 0;
    }
    expect(areas.parent(vma) == parent, "area %x has a wrong parent", areas.start(vma));
    boolean red = areas.isRed(vma);
    expect(!red || parent == NONE || !areas.isRed(parent), "red below red: %x", areas.start(vma));
    int left = blackHeight(mm, areas.left(vma), vma);
    expect(areas.prev(vma) == before, "area %x: another order in the tree", areas.start(vma));
    before = vma;
    int right = blackHeight(mm, areas.right(vma), vma);
    expect(left == right, "area %x: %d black below left, %d right", areas.start(vma), left, right);
    long gap = mm.tree.computeSubtreeGap(vma);
    expect(
        areas.subtreeGap(vma) == gap,
        "area %x: gap %x, not %x",
        areas.start(vma),
        areas.subtreeGap(vma),
        gap);
    return left + (red ? 0 : 1);
  }
}
