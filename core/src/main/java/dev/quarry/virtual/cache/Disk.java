package dev.quarry.virtual.cache;

import dev.quarry.machine.FaultInjection;
import dev.quarry.machine.FaultSite;
import dev.quarry.machine.VirtualClock;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The device on which the host's files are thought to be, {@code struct backing_dev_info}: one
 * request after the other, in virtual time. Bytes are moved at once; who reads waits until the disk
 * would have moved them, what is written is under way until then.
 *
 * <pre>
 *   now ──► | write | write | seek write | ──► busy until        a read waits behind them
 * </pre>
 */
public final class Disk {
  /** A page that is being written. */
  record Flight(PageCache cache, long index, int pfn, long doneNanos) {}

  private static final long NOWHERE = -1;

  private final VirtualClock clock;
  private final ArrayDeque<Flight> flights = new ArrayDeque<>();

  /** How many there are: each page fault asks, and does not wait for the lock. */
  private volatile int inFlight;

  private DiskModel model = DiskModel.INSTANT;
  private long busyUntil;
  private int lastFile;
  private long lastEnd = NOWHERE;
  private final FaultInjection faults;
  private long requests;

  Disk(VirtualClock clock, FaultInjection faults) {
    this.clock = clock;
    this.faults = faults;
  }

  /** What its work costs. */
  public synchronized DiskModel model() {
    return model;
  }

  /** Says what its work costs from now on. */
  public synchronized void model(DiskModel costs) {
    model = costs;
  }

  /** Requests so far. */
  public synchronized long requests() {
    return requests;
  }

  /** One request; when it will be over. */
  private synchronized long request(FaultSite site, int file, long offset) throws IOException {
    requests++;
    if (faults.fails(site)) {
      throw new IOException("the disk failed request " + requests);
    }
    return occupy(file, offset);
  }

  /**
   * Time for a page of a swap area, which is on the same disk.
   *
   * @return when it will have been moved
   */
  public synchronized long swapRequest(int type, long offset) {
    return occupy(-1 - type, offset);
  }

  private long occupy(int file, long offset) {
    boolean follows = file == lastFile && offset == lastEnd;
    lastFile = file;
    lastEnd = offset + PageCache.PAGE;
    long begin = Math.max(busyUntil, clock.nanos());
    busyUntil = begin + (follows ? 0 : model.seekNanos()) + model.pageNanos();
    return busyUntil;
  }

  void read(PageCache cache, long index, MemorySegment page) throws IOException {
    long offset = index << PageCache.SHIFT;
    if (cache.store().isOnDisk()) {
      clock.advanceTo(request(FaultSite.READ, cache.handle(), offset));
    }
    cache.store().read(offset, page);
  }

  /** Writes; when it will be over. */
  long write(PageCache cache, long index, MemorySegment part) throws IOException {
    long offset = index << PageCache.SHIFT;
    mayBeFull(cache);
    long done =
        cache.store().isOnDisk() ? request(FaultSite.WRITE, cache.handle(), offset) : clock.nanos();
    cache.store().write(offset, part);
    return done;
  }

  private void mayBeFull(PageCache cache) throws IOException {
    if (cache.store().isOnDisk() && faults.fails(FaultSite.NO_SPACE)) {
      throw new IOException("No space left on device");
    }
  }

  /** Makes a file shorter or longer. */
  void truncate(PageCache cache, long before, long bytes) throws IOException {
    if (bytes > before) {
      mayBeFull(cache);
    }
    cache.store().truncate(bytes);
  }

  /** Asks the host to keep what was written. */
  void force(PageCache cache) throws IOException {
    if (cache.store().isOnDisk() && faults.fails(FaultSite.WRITE)) {
      throw new IOException("the disk failed to flush");
    }
    cache.store().force();
  }

  synchronized void add(Flight flight) {
    flights.add(flight);
    inFlight = flights.size();
  }

  /** Pages that are being written. */
  public int inFlight() {
    return inFlight;
  }

  /** When the first of them will be there; now if there is none. */
  synchronized long nextDone() {
    Flight first = flights.peek();
    return first == null ? clock.nanos() : first.doneNanos();
  }

  /** When all of them will be. */
  synchronized long allDone() {
    Flight last = flights.peekLast();
    return last == null ? clock.nanos() : last.doneNanos();
  }

  /** Takes the first that is there by now, or null. */
  synchronized @Nullable Flight arrived() {
    Flight first = flights.peek();
    if (first == null || first.doneNanos() > clock.nanos()) {
      return null;
    }
    flights.remove();
    inFlight = flights.size();
    return first;
  }
}
