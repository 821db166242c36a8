package dev.quarry.replay.snapshot;

import dev.quarry.machine.ZoneType;
import dev.quarry.replay.read.Place;
import dev.quarry.replay.read.Quote;
import dev.quarry.replay.read.TokenReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Reads {@code exact}: lines {@code zone}, {@code free}, {@code pcp}, {@code pcpl}, {@code pbt}.
 */
final class ExactStateParser {
  private static final int MAX_LINES = 1 << 20;
  private static final int MAX_CPUS = 1 << 16;
  private static final int MAX_TYPES = 16;
  private static final int USUAL_SECTION_FRAMES = 1 << 15;
  private static final String LARGEST = "the largest,";

  private final TokenReader in;
  private final Limits limits;
  private final FrameListReader lists;
  private final List<ExactState.Zone> zones = new ArrayList<>();
  private final List<ExactState.FreeList> freeLists = new ArrayList<>();
  private final List<ExactState.PerCpu> perCpu = new ArrayList<>();
  private final List<ExactState.PerCpuList> perCpuLists = new ArrayList<>();
  private final Map<Integer, PageblockTypes.Section> sections = new TreeMap<>();
  private final Map<String, Place> seen = new HashMap<>();

  private ExactStateParser(TokenReader in, Limits limits) {
    this.in = in;
    this.limits = limits;
    this.lists = new FrameListReader(in, limits);
  }

  static ExactState parse(TokenReader in, Limits limits) {
    ExactStateParser parser = new ExactStateParser(in, limits);
    while (in.nextLine()) {
      parser.line(in.word("the kind of line"));
    }
    if (parser.zones.isEmpty()) {
      throw in.error("the file has no line \"zone\"");
    }
    return new ExactState(
        parser.zones,
        parser.freeLists,
        parser.perCpu,
        parser.perCpuLists,
        new PageblockTypes(parser.sections));
  }

  private void line(String kind) {
    if (in.line() > MAX_LINES) {
      throw in.error("the file has more than " + MAX_LINES + " lines");
    }
    switch (kind) {
      case "zone" -> zone();
      case "free" -> freeList();
      case "pcp" -> perCpu();
      case "pcpl" -> perCpuList();
      case "pbt" -> section();
      default -> {
        if (!kind.startsWith("#")) {
          throw in.error(Quote.of(kind) + " is no kind of line of this file");
        }
      }
    }
  }

  private void zone() {
    ZoneType type = zoneType();
    once("zone " + type.label());
    int start = (int) field("start", 16).orElse(0);
    OptionalLong managed = field("managed", 10);
    OptionalLong spanned = field("spanned", 10);
    zones.add(new ExactState.Zone(type, start, managed, spanned, field("present", 10), in.place()));
  }

  private void freeList() {
    ZoneType zone = zoneType();
    int order = in.decimal("order", Limits.MAX_ORDERS - 1, LARGEST);
    int type = in.decimal("migrate type", MAX_TYPES - 1, LARGEST);
    in.expect(":");
    once("free " + zone.label() + " " + order + " " + type);
    freeLists.add(new ExactState.FreeList(zone, order, type, lists.read(), in.place()));
  }

  private void perCpu() {
    ZoneType zone = zoneType();
    int cpu = in.decimal("CPU", MAX_CPUS - 1, LARGEST);
    once("pcp " + zone.label() + " " + cpu);
    perCpu.add(
        new ExactState.PerCpu(
            zone,
            cpu,
            number("count"),
            number("high"),
            number("batch"),
            number("high_min"),
            number("high_max"),
            number("free_count"),
            number("alloc_factor"),
            number("flags"),
            in.place()));
  }

  private void perCpuList() {
    ZoneType zone = zoneType();
    int cpu = in.decimal("CPU", MAX_CPUS - 1, LARGEST);
    int index = in.decimal("list", ExactState.PerCpuList.INDICES - 1, LARGEST);
    in.expect(":");
    once("pcpl " + zone.label() + " " + cpu + " " + index);
    perCpuLists.add(new ExactState.PerCpuList(zone, cpu, index, lists.read(), in.place()));
  }

  private void section() {
    int start = in.hex("pfn", limits.lastPfn(), "the machine's last frame");
    in.expect(":");
    String digits = in.word("the types of pageblocks");
    boolean known = !digits.equals("?");
    if (known && !digits.chars().allMatch(c -> c < 0x80 && Character.digit(c, 16) >= 0)) {
      throw in.error(Quote.of(digits) + " has a character that is no migrate type");
    }
    long frames = known ? (long) digits.length() << limits.pageblockOrder() : USUAL_SECTION_FRAMES;
    Place place = in.place();
    PageblockTypes.Section section =
        new PageblockTypes.Section(start, start + frames, known ? digits : "", place);
    PageblockTypes.Section other = sections.putIfAbsent(start, section);
    if (other != null) {
      throw in.error("section " + start + " stands twice, first at line " + other.place().line());
    }
  }

  private ZoneType zoneType() {
    return ZoneHeads.type(in.word("the name of a zone"), in::error);
  }

  private void once(String key) {
    Place first = seen.putIfAbsent(key, in.place());
    if (first != null) {
      throw in.error(Quote.of(key) + " stands twice, first at line " + first.line());
    }
  }

  private int number(String name) {
    return (int) field(name, 10).orElseThrow(() -> in.error(name + " is not known"));
  }

  /** The value of {@code name=value}; empty for {@code None}. */
  private OptionalLong field(String name, int radix) {
    String word = in.word(name + "=");
    if (!word.startsWith(name + "=")) {
      throw in.error(Quote.of(word) + " stands where " + name + "= belongs");
    }
    String value = word.substring(name.length() + 1);
    if (value.equals("None")) {
      return OptionalLong.empty();
    }
    boolean digits = !value.isEmpty() && value.length() <= 15;
    for (int i = 0; i < value.length(); i++) {
      digits &= value.charAt(i) < 0x80 && Character.digit(value.charAt(i), radix) >= 0;
    }
    if (!digits) {
      throw in.error(Quote.of(value) + " is no number for " + name);
    }
    long parsed = Long.parseLong(value, radix);
    if (parsed > Integer.MAX_VALUE) {
      throw in.error(name + " " + parsed + " is above the largest, " + Integer.MAX_VALUE);
    }
    return OptionalLong.of(parsed);
  }
}
