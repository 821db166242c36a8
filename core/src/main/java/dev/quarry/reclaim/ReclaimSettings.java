package dev.quarry.reclaim;

/** The settings under {@code /proc/sys/vm} that concern reclaim (mm/vmscan.c, mm/swap.c, 6.18). */
public final class ReclaimSettings {
  private static final int SWAPPINESS = 60;
  private static final int MAX_SWAPPINESS = 200;
  private static final int PAGE_CLUSTER = 3;
  private static final int MAX_PAGE_CLUSTER = 31;

  private int swappiness = SWAPPINESS;
  private int pageCluster = PAGE_CLUSTER;

  /** What Linux 6.18 starts with. */
  public ReclaimSettings() {}

  /** {@code vm.swappiness}, 0 to 200: 100 finds swap and files as dear as each other. */
  public int swappiness() {
    return swappiness;
  }

  /** Sets {@code vm.swappiness}. */
  public void swappiness(int value) {
    swappiness = between("vm.swappiness", value, MAX_SWAPPINESS);
  }

  /** {@code vm.page-cluster}: log2 of the pages that are read from swap together. */
  public int pageCluster() {
    return pageCluster;
  }

  /** Sets {@code vm.page-cluster}. */
  public void pageCluster(int value) {
    pageCluster = between("vm.page-cluster", value, MAX_PAGE_CLUSTER);
  }

  private static int between(String name, int value, int most) {
    if (value < 0 || value > most) {
      throw new IllegalArgumentException(name + " " + value + " is not 0 to " + most);
    }
    return value;
  }
}
