package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.space.FileMapping;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open file whose pages are in a cache: {@code struct file} with its {@code f_mapping}. A
 * descriptor holds it, and so do the areas that show it, all of them once.
 */
public abstract class CachedFile implements FileMapping {
  private final PageCache cache;
  private final String name;
  private final FileRa readAhead = new FileRa();
  private final OpenFile open;
  private final AtomicInteger holders = new AtomicInteger();

  CachedFile(PageCache cache, String name) {
    this.cache = cache;
    this.name = name;
    this.open = new OpenFile(cache);
  }

  /** Its pages. */
  public PageCache cache() {
    return cache;
  }

  /** What is read ahead for who has it open: {@code f_ra}. */
  public FileRa readAhead() {
    return readAhead;
  }

  /** Its position, and which errors were told. */
  public OpenFile open() {
    return open;
  }

  /**
   * Writes dirty pages of a range and waits for them: {@code vfs_fsync_range}.
   *
   * @return 0 or the number of an error that who has it open was not told yet
   */
  public int sync(Cpu cpu, long first, long end) {
    cache.writeBack(cpu, first, end);
    cache.force();
    return open.writeError();
  }

  @Override
  public String name() {
    return name;
  }

  /** Whether a fault maps pages around it too: {@code vm_ops->map_pages}. */
  public boolean mapsAround() {
    return true;
  }

  @Override
  public boolean isReadable() {
    return true;
  }

  @Override
  public boolean isShmem() {
    return cache.isShmem();
  }

  @Override
  public void mapped() {
    holders.incrementAndGet();
  }

  @Override
  public void linked(long vma) {
    cache.areas().add(vma);
  }

  @Override
  public void unlinked(long vma) {
    cache.areas().remove(vma);
  }

  @Override
  public void unmapped(Cpu cpu) {
    if (holders.decrementAndGet() == 0) {
      released(cpu);
    }
  }

  /** Nobody holds it any more. */
  abstract void released(Cpu cpu);
}
