package dev.quarry.virtual.fault;

import static dev.quarry.virtual.fault.HugeScene.AT;
import static dev.quarry.virtual.fault.HugeScene.HUGE;
import static dev.quarry.virtual.fault.HugeScene.PAGE;
import static dev.quarry.virtual.fault.HugeScene.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.quarry.kernel.Process;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.space.Advice;
import dev.quarry.virtual.space.RssKind;
import org.junit.jupiter.api.Test;

/** 512 small pages become a huge one: under which conditions, and what is seen of it. */
class KhugepagedTest {
  private static final String FOLDER = "/sys/kernel/mm/transparent_hugepage/";

  private static void set(HugeScene scene, String name, String value) {
    scene.machine.files().write(FOLDER + name, value);
  }

  private static String get(HugeScene scene, String name) {
    return scene.file(FOLDER + name);
  }

  /** Three huge pages' room, of which the daemon knows, with small pages. */
  private static void smallPages(HugeScene scene, int pages) {
    scene.map(3);
    set(scene, "enabled", "never");
    for (int huge = 0; huge < 3; huge++) {
      for (int i = 0; i < pages; i++) {
        scene.store(at(huge) + i * PAGE, huge * 1000L + i);
      }
    }
    set(scene, "enabled", "always");
    scene.calls.madvise(AT, 3 * HUGE, Advice.HUGEPAGE.number());
  }

  @Test
  void stepByStep() {
    try (HugeScene scene = new HugeScene("always")) {
      smallPages(scene, 10);
      scene.window("sss");
      set(scene, "khugepaged/pages_to_scan", "600");
      assertThat(scene.huge.khugepaged().step(scene.cpu)).isEqualTo(2);
      scene.window("HHs");
      assertThat(scene.huge.khugepaged().step(scene.cpu)).isEqualTo(1);
      scene.window("HHH");
      assertThat(scene.process.mm().rss(RssKind.ANON)).isEqualTo(3 * 512);
      for (int huge = 0; huge < 3; huge++) {
        assertThat(scene.load(at(huge) + 9 * PAGE)).isEqualTo(huge * 1000 + 9);
        assertThat(scene.load(at(huge) + 10 * PAGE)).isZero();
      }
      assertThat(get(scene, "khugepaged/pages_collapsed")).isEqualTo("3\n");
      scene.huge.khugepaged().step(scene.cpu);
      assertThat(get(scene, "khugepaged/full_scans")).isNotEqualTo("0\n");
      assertThat(scene.events(VmEvent.THP_COLLAPSE_ALLOC)).isEqualTo(3);
    }
  }

  @Test
  void missingPages() {
    try (HugeScene scene = new HugeScene("always")) {
      smallPages(scene, 10);
      set(scene, "khugepaged/max_ptes_none", "501");
      assertThat(scene.huge.khugepaged().step(scene.cpu)).isZero();
      assertThat(scene.events(VmEvent.THP_SCAN_EXCEED_NONE_PTE)).isGreaterThan(0);
      set(scene, "khugepaged/max_ptes_none", "502");
      assertThat(scene.huge.khugepaged().step(scene.cpu)).isEqualTo(3);
    }
  }

  @Test
  void sharedAndHeldPages() {
    try (HugeScene scene = new HugeScene("always")) {
      smallPages(scene, 300);
      Process child = scene.fork();
      assertThat(scene.huge.khugepaged().step(scene.cpu)).isZero();
      assertThat(scene.events(VmEvent.THP_SCAN_EXCEED_SHARE_PTE)).isGreaterThan(0);
      assertThat(scene.calls.madvise(at(0), HUGE, Advice.COLLAPSE.number())).isZero();
      scene.window("Hss");
      scene.window(child, "sss");
      assertThat(child.load(scene.cpu, AT + 299 * PAGE, 8)).isEqualTo(299);
      scene.exit(child);
      int pfn = (int) dev.quarry.observe.PageMap.word(scene.process.mm(), at(1));
      scene.machine.allocator().getPage(pfn);
      assertThat(scene.huge.khugepaged().step(scene.cpu)).isEqualTo(1);
      scene.window("HsH");
      assertThat(scene.calls.madvise(at(1), HUGE, Advice.COLLAPSE.number())).isEqualTo(-11);
      scene.machine.allocator().freePage(scene.cpu, pfn);
      assertThat(scene.calls.madvise(at(1), HUGE, Advice.COLLAPSE.number())).isZero();
      scene.window("HHH");
    }
  }

  @Test
  void pagesThatNobodyUsed() {
    try (HugeScene scene = new HugeScene("always")) {
      smallPages(scene, 10);
      scene.calls.madvise(at(0), HUGE, Advice.COLD.number());
      assertThat(scene.huge.khugepaged().step(scene.cpu)).isEqualTo(2);
      scene.window("sHH");
    }
  }

  @Test
  void aSplitHugePageBecomesOneAgain() {
    try (HugeScene scene = new HugeScene("always")) {
      scene.map(2);
      scene.store(AT, 1);
      scene.calls.mprotect(AT + PAGE, PAGE, 1);
      scene.calls.mprotect(AT + PAGE, PAGE, 3);
      scene.window("s.");
      assertThat(scene.calls.madvise(AT, HUGE, Advice.COLLAPSE.number())).isZero();
      scene.window("H.");
      assertThat(scene.load(AT)).isEqualTo(1);
    }
  }

  @Test
  void effortsBySetting() {
    try (HugeScene scene = new HugeScene("always")) {
      HugeRules rules = scene.huge.rules();
      long advised = dev.quarry.virtual.space.VmFlags.HUGEPAGE;
      int light = Gfp.GFP_TRANSHUGE_LIGHT;
      check(scene, "always", Gfp.GFP_TRANSHUGE | Gfp.NORETRY, Gfp.GFP_TRANSHUGE);
      check(scene, "defer", light | Gfp.KSWAPD_RECLAIM, light | Gfp.KSWAPD_RECLAIM);
      check(scene, "defer+madvise", light | Gfp.KSWAPD_RECLAIM, light | Gfp.DIRECT_RECLAIM);
      check(scene, "madvise", light, light | Gfp.DIRECT_RECLAIM);
      check(scene, "never", light, light);
      assertThat(rules.gfp(advised)).isEqualTo(light);
    }
  }

  private static void check(HugeScene scene, String defrag, int plain, int advised) {
    set(scene, "defrag", defrag);
    assertThat(get(scene, "defrag")).contains("[" + defrag + "]");
    HugeRules rules = scene.huge.rules();
    assertThat(rules.gfp(0)).as(defrag).isEqualTo(plain);
    assertThat(rules.gfp(dev.quarry.virtual.space.VmFlags.HUGEPAGE)).as(defrag).isEqualTo(advised);
  }

  @Test
  void filesTakeWhatTheyKnow() {
    try (HugeScene scene = new HugeScene("madvise", "transparent_hugepage_defrag defer+madvise")) {
      assertThat(get(scene, "enabled")).isEqualTo("always [madvise] never\n");
      assertThat(get(scene, "defrag")).isEqualTo("always defer [defer+madvise] madvise never\n");
      assertThat(get(scene, "hpage_pmd_size")).isEqualTo("2097152\n");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> set(scene, "enabled", "sometimes"))
          .withMessage("enabled is one of always, madvise, never, not \"sometimes\"");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> set(scene, "khugepaged/max_ptes_none", "512"))
          .withMessageContaining("512 is not in 0 to 511");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> set(scene, "khugepaged/full_scans", "1"));
    }
  }
}
