package dev.quarry.replay.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.replay.read.RecordingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlabInfoTest {
  private static final String HEAD = "slabinfo - version: 2.1\n# name <active_objs> ...\n";
  private static final String LINE = "dentry 97 105 192 21 1 : tunables 0 0 0 : slabdata 5 6 0\n";

  @TempDir private Path folder;

  private SlabInfo read(String text) throws IOException {
    Path before = Files.createDirectories(folder.resolve("before"));
    Files.writeString(before.resolve("slabinfo"), text);
    return SlabInfo.read(before).orElseThrow();
  }

  @Test
  void columnsOfALine() throws IOException {
    SlabInfo info = read(HEAD + LINE);
    assertThat(info.cache("dentry"))
        .contains(new SlabInfo.Cache("dentry", 97, 105, 192, 21, 1, 5, 6));
    assertThat(info.cache("inode")).isEmpty();
  }

  @Test
  void aFolderWithoutItHasNone() {
    assertThat(SlabInfo.read(folder)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          105 192 21 1 : | 105 192 21 3 : | pagesperslab 3 is not a power of two
          97 105         | 106 105        | active_objs 106 is above num_objs 105
          97             | x              | "x" is not a number; active_objs belongs here
          5 6 0          | 5 6            | the line has 15 columns
          : tunables     | ! tunables     | the line has 16 columns
          """)
  void wrongLinesAreRefusedWithTheirPlace(String old, String changed, String message) {
    assertThatThrownBy(() -> read(HEAD + LINE.replace(old, changed)))
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining("before/slabinfo:3: ")
        .hasMessageContaining(message);
  }

  @Test
  void aNameStandsOnce() {
    assertThatThrownBy(() -> read(HEAD + LINE + LINE))
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining("slabinfo:4: the cache dentry stands twice");
  }
}
