package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Nearest;
import dev.quarry.physical.Zone;
import dev.quarry.reclaim.Reclaim;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The pictures that {@code draw} knows. */
final class Pictures {
  private static final int FRAMES_PER_STEP = 64;
  private static final Map<String, String> NAMES = new LinkedHashMap<>();

  static {
    NAMES.put("buddy", "which frames are free, and the free lists by order");
    NAMES.put("reserve", "each zone's share of min_free_kbytes, and where its free pages stand");
    NAMES.put(
        "watermarks", "free pages against the marks while processes worked, since it was drawn");
    NAMES.put("lru", "the lists of pages of processes and files, and which page goes first");
    NAMES.put("zones", "where the zones lie, and the order in which requests try them");
    NAMES.put("pcp", "what is on the CPUs' own lists");
    NAMES.put("pageblocks", "the migrate type of each pageblock, and how much of it is free");
    NAMES.put("compaction", "how full pageblocks are, what cannot move, where both scanners are");
    NAMES.put(
        "cache", "a cache: its slabs full, partial and free; with detail its arrays and lists");
    NAMES.put(
        "slab", "a slab of a cache: descriptor, chain of free objects, colour, left-over bytes");
    NAMES.put("colours", "where the first object of each slab of a cache begins");
    NAMES.put("tlb", "what a CPU's TLB holds, and what it counted");
    NAMES.put("walk", "the walk to an address of the kernel or of a process, table by table");
    NAMES.put("vmalloc", "the areas of vmalloc space, its holes, and what waits for a flush");
    NAMES.put("areas", "a process's areas as a red-black tree, with the gaps that it knows");
    NAMES.put("pagetable", "the walk to an address of a process, entry by entry");
    NAMES.put("space", "an address space: areas, what of them is in memory, page tables");
    NAMES.put("fault", "the decision about page faults, with counts and the last one's way");
  }

  private Pictures() {}

  static List<String> names() {
    return List.copyOf(NAMES.keySet());
  }

  static String notes() {
    StringBuilder out = new StringBuilder();
    NAMES.forEach((name, shows) -> out.append(name).append(": ").append(shows).append('\n'));
    return out
        + "from= and pages= choose the frames that buddy shows\n"
        + "draw areas P, draw pagetable P ADDRESS, draw space P: of a process p = spawn\n"
        + "draw walk ADDRESS, draw walk P ADDRESS: of a process p = spawn\n"
        + "draw cache CACHE [detail], draw slab CACHE N, draw colours CACHE: N is a number that\n"
        + "draw cache shows, or o.slab";
  }

  static Value draw(Call call, Session session) {
    Machine machine = Booted.machine(session);
    String picture = call.word(0, "a picture: " + String.join(", ", names()));
    if (!NAMES.containsKey(picture)) {
      throw call.refuse(
          0,
          "there is no picture \""
              + picture
              + "\", only "
              + String.join(", ", names())
              + Nearest.hint(picture, names()));
    }
    if (picture.equals("tlb")) {
      return TlbPicture.draw(call, session);
    }
    if (picture.equals("walk")) {
      return WalkPicture.draw(call, session);
    }
    if (SlabPictures.NAMES.contains(picture)) {
      return SlabPictures.draw(picture, call, session);
    }
    if (ProcessPictures.NAMES.contains(picture)) {
      return ProcessPictures.draw(picture, call, session);
    }
    call.atMost(1);
    List<Zone> zones = Booted.zones(session, call);
    return new Value.Text(
        switch (picture) {
          case "buddy" -> buddy(call, session, machine, zones);
          case "reserve" -> ReservePicture.draw(machine, zones);
          case "watermarks" -> watermarks(session, machine, zones);
          case "lru" -> lru(session, machine);
          case "zones" -> ZonePicture.draw(machine, zones);
          case "pcp" -> PcpPicture.draw(zones);
          case "compaction" ->
              each(session, zones, zone -> new CompactionPicture(machine, zone).draw());
          case "vmalloc" -> VmallocPicture.draw(machine.kernelSpace());
          default -> each(session, zones, zone -> new PageblockPicture(machine, zone).draw());
        });
  }

  private static String buddy(Call call, Session session, Machine machine, List<Zone> zones) {
    List<String> drawn = new ArrayList<>();
    for (Zone zone : zones) {
      int from = call.number("from", zone.startPfn(), 0, Integer.MAX_VALUE);
      int pages = call.number("pages", 0, 0, Integer.MAX_VALUE);
      session.spend(
          (pages > 0 ? Math.min(pages, zone.spanned()) : zone.spanned()) / FRAMES_PER_STEP);
      drawn.add(new BuddyPicture(machine, zone).draw(from, pages));
    }
    return String.join("\n", drawn);
  }

  private static String watermarks(Session session, Machine machine, List<Zone> zones) {
    FreeHistory history = Booted.history(session);
    if (machine.reclaimOrNull() == null || history == null) {
      throw new IllegalStateException("the machine has no processes yet; begin with: p = spawn");
    }
    long interval = history.interval();
    List<FreeHistory.Moment> moments = history.take();
    return zones.stream()
        .map(zone -> new WatermarksPicture(zone, moments).draw(interval))
        .collect(Collectors.joining("\n"));
  }

  private static String lru(Session session, Machine machine) {
    Reclaim reclaim = machine.reclaim();
    reclaim.drainAll();
    session.spend(machine.memory().map().endPfn() / FRAMES_PER_STEP);
    return reclaim.lruvecs().stream()
        .map(lruvec -> new LruPicture(machine.memory().map(), lruvec).draw())
        .collect(Collectors.joining("\n"));
  }

  /** A picture of each zone that looks at all of its frames. */
  private static String each(Session session, List<Zone> zones, Function<Zone, String> picture) {
    List<String> drawn = new ArrayList<>();
    for (Zone zone : zones) {
      session.spend(zone.spanned() / FRAMES_PER_STEP);
      drawn.add(picture.apply(zone));
    }
    return String.join("\n", drawn);
  }
}
