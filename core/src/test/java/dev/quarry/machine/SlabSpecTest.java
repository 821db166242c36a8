package dev.quarry.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The settings of a machine's object caches. */
class SlabSpecTest {
  private static MachineSpec read(String... lines) {
    return MachineSpecReader.read("my", "memory 0-64M\n" + String.join("\n", lines));
  }

  @Test
  void settingsAreReadFromLinesAndFromTheCommand() {
    assertThat(read().slab()).isEqualTo(SlabSpec.DEFAULTS);
    SlabSpec slab = read("kmalloc fine", "slab textbook", "slab_debug FZ,dentry,kmalloc-*").slab();
    assertThat(slab.geometry()).isEqualTo(KmallocGeometry.FINE);
    assertThat(slab.manner()).isEqualTo(SlabManner.TEXTBOOK);
    assertThat(slab.debug().lettersFor("dentry")).isEqualTo("FZ");
    assertThat(slab.debug().lettersFor("kmalloc-64")).isEqualTo("FZ");
    assertThat(slab.debug().lettersFor("inode")).isEmpty();
    assertThat(slab.debug().lettersFor("dentry2")).isEmpty();
    MachineSpec changed = MachineSpecReader.with(read("slab_debug U"), List.of("kmalloc=linux"));
    assertThat(changed.slab().geometry()).isEqualTo(KmallocGeometry.LINUX);
    assertThat(changed.slab().debug().lettersFor("any")).isEqualTo("U");
    assertThat(read("slab_debug ,dentry").slab().debug().lettersFor("dentry")).isEqualTo("FZPU");
    assertThat(read("slab_debug -").slab().debug()).isEqualTo(SlabSpec.Debug.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kmalloc finest | my:2: kmalloc is course, older, linux or fine, not "finest"
          slab slub      | my:2: slab is owned or textbook, not "slub"
          slab_debug FX  | my:2: slab_debug "X" is none of F (checks), Z (red zones), P (poison), U (users)
          """)
  void mistakesNameTheirLine(String line, String message) {
    assertThatThrownBy(() -> read(line)).isInstanceOf(SpecException.class).hasMessage(message);
  }
}
