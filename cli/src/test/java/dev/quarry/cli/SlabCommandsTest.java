package dev.quarry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What commands on objects refuse, and what they answer. */
class SlabCommandsTest {
  private static String errors(String script) {
    Cli.Result result = Cli.runWithInput(script, "run", "-");
    return result.code() + " " + result.err();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kmem_cache_create name=x size=4 | objects of 4 bytes are not 8 to 4194304",
        "kmem_cache_create name=x size=80 align=3 | alignment 3 is not a power of two",
        "kmem_cache_create name=x size=80 ctor=fil | did you mean fill?",
        "kmem_cache_create name=x size=80 flags=SLAB_POISN | did you mean SLAB_POISON?",
        "kmem_cache_create size=80 | kmem_cache_create needs name= and size=",
        "kmem_cache_create name=kmalloc-64 size=64 | there is a cache of this name already",
        "kmem_cache_alloc kmaloc-64 | did you mean kmalloc-64?",
        "kmem_cache_alloc kmalloc-64 node=1 | node 1 is not 0 to 0",
        "kmem_cache_destroy kmalloc-64 | the allocator's own",
        "kmem_cache_tune kmalloc-64 4 5 1 | limit 4, batchcount 5, shared 1",
        "echo \"kmalloc-64 4 5\" > /proc/slabinfo | 4 words and not 3",
        "echo \"nothing 4 5 1\" > /proc/slabinfo | there is no cache of this name",
        "echo \"kmalloc-64 4 2 1\" > /proc/meminfo | /proc/meminfo cannot be written",
        "draw cache kmalloc-64 more | draw cache CACHE detail",
        "draw slab kmalloc-64 0 | has no slab",
        "draw slab kmem_cache 99 | 99 is not 0 to 2",
        "ksize 0x1234 | address 0x1234 is no object's",
        "krealloc 0x1234 8 | address 0x1234 is no object's",
      })
  void mistakesAreRefusedWithTheirPlace(String command, String why) {
    assertThat(errors("boot course\n" + command))
        .startsWith("2 stdin:2:")
        .contains(why)
        .doesNotContain("at dev.quarry");
  }

  @Test
  void aDestroyedCacheIsRefused() {
    String script =
        "boot course\nc = kmem_cache_create name=x size=64\nkmem_cache_destroy c\nkmem_cache_alloc c";
    assertThat(errors(script)).contains("stdin:4:", "cache x was destroyed");
  }

  /** Wherever a slab descriptor lies, and under whatever address: a user cannot write over it. */
  @Test
  void storesIntoSlabDescriptorsAreRefused() {
    String script =
        """
        boot course
        on = kmem_cache_create name=on size=64
        off = kmem_cache_create name=off size=1024
        a = kmem_cache_alloc on
        b = kmem_cache_alloc off
        expect fails store 0xffff888001004000 1
        expect fails store 0xffff888001004000 1 offset=143 bytes=1
        expect fails store 0xffff888001004000 1 offset=255 bytes=2
        expect fails store 0xffff8880010060c0 1 offset=100
        expect works store a 1
        expect works store a 1 offset=64
        expect works store b 1 offset=4088
        k = kmalloc 192
        expect works store k 1
        check
        """;
    assertThat(errors(script)).isEqualTo("0 ");
  }

  /** Each command that is about objects says what it did in one line, or shows a report. */
  @Test
  void answers() {
    String script =
        """
        boot course cpus=2
        kmalloc 0
        kmalloc 100 GFP_ATOMIC
        s = kstrdup "a text"
        print s.text s.bytes s.waste
        z = kzalloc 3M
        print z.cache z.waste
        b = kmem_cache_alloc_bulk kmalloc-64 3
        print b.count b.cache
        kmem_cache_free kmalloc-64 b
        slab_reap
        expect fails kmem_cache_alloc_bulk kmalloc-4M 40
        check
        """;
    Cli.Result result = Cli.runWithInput(script, "run", "-");
    assertThat(result.err()).isEmpty();
    assertThat(result.out().lines().skip(3).limit(10).collect(Collectors.joining("\n")))
        .isEqualTo(
            """
            0 bytes at 0x10, ZERO_SIZE_PTR
            100 bytes at 0xffff888001003100, an object of kmalloc-128
            s = 7 bytes at 0xffff888001004180, an object of kmalloc-32
            a text 32 25
            z = 3145728 bytes at 0xffff888001400000, an object of kmalloc-4M
            kmalloc-4M 1048576
            b = 3 objects of kmalloc-64, the first at 0xffff888001006140, the last at 0xffff8880010061c0
            3 kmalloc-64
            gave 1 slab back
            failed: no slab of kmalloc-4M has a free object, and there are no pages for another\
            """);
    assertThat(result.out()).endsWith("all invariants hold\n");
  }
}
