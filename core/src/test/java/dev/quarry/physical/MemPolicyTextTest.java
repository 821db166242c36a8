package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Policies as text: what is read, what it is shown as, what is refused and how. */
final class MemPolicyTextTest {
  private static final NodeSet WITH_MEMORY = NodeSet.of(0, 1, 3);

  private static MemPolicy parse(String text) {
    return MemPolicyText.parse(text, 4, WITH_MEMORY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "default | default",
        "local | local",
        "preferred | local",
        "preferred:2 | preferred:2",
        "bind:0 | bind:0",
        "bind:0,1,2,3 | bind:0-3",
        "bind:3,0-1 | bind:0-1,3",
        "preferred_many:1,3 | preferred_many:1,3",
        "interleave:0,1 | interleave:0-1",
        "interleave | interleave:0-1,3",
        "weighted | weighted:0-1,3",
        "weighted:0=3,1=1 | weighted:0=3,1=1",
        "weighted:0-1=3,3 | weighted:0=3,1=3,3",
        "weighted:2,0 | weighted:0,2",
        "weighted:0=255 | weighted:0=255",
      })
  void isReadAndShown(String text, String shown) {
    assertThat(parse(text)).hasToString(shown);
    assertThat(parse(shown)).isEqualTo(parse(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "bind:4 | policy bind:4: node 4 is not one of the machine's 4 nodes, 0 to 3",
        "interleave:0,99 | policy interleave:0,99: node 99 is not 0 to 63",
        "weighted:0=3,5=1 | policy weighted:0=3,5=1: node 5 is not one of the machine's 4 nodes, 0 to 3",
        "weighted:0=0 | weight 0 of node 0 is not 1 to 255",
        "weighted:1=256 | weight 256 of node 1 is not 1 to 255",
        "weighted:1=x | policy weighted:1=x: the weight of node 1 is a whole number, not \"x\"",
        "weighted:1= | policy weighted:1=: the weight of node 1 is a whole number, not \"\"",
        "bind: | policy bind:: \"\" is not a list of nodes such as 0,2-3",
        "bind:0, | policy bind:0,: \"0,\" is not a list of nodes such as 0,2-3",
        "bind:-1 | policy bind:-1: \"-1\" is not a list of nodes such as 0,2-3",
        "bind:0-a | policy bind:0-a: \"0-a\" is not a list of nodes such as 0,2-3",
        "bind:3-1 | policy bind:3-1: the range 3-1 ends at 1, before it begins at 3",
        "bind:99999999999 | policy bind:99999999999: \"99999999999\" is not a list of nodes such as 0,2-3",
        "bind | policy bind: it needs nodes, such as bind:0,1",
        "preferred_many | policy preferred_many: it needs nodes, such as preferred_many:0,1",
        "preferred:0,1 | policy preferred:0,1: preferred takes one node, not 2; preferred_many takes more",
        "local:0 | policy local:0: local takes no nodes",
        "default:0 | policy default:0: default takes no nodes",
        "interleaved:0 | \"interleaved\" is not a policy; did you mean interleave? There are default, local, bind, preferred, preferred_many, interleave, weighted",
        "Bind:0 | \"Bind\" is not a policy; did you mean bind? There are default, local, bind, preferred, preferred_many, interleave, weighted",
      })
  void isRefused(String text, String message) {
    assertThatThrownBy(() -> parse(text)).isInstanceOf(PolicyException.class).hasMessage(message);
  }

  @Test
  void aMachineOfOneNodeHasNode0Only() {
    assertThat(MemPolicyText.parse("interleave", 1, NodeSet.of(0))).hasToString("interleave:0");
    assertThatThrownBy(() -> MemPolicyText.parse("bind:0,1", 1, NodeSet.of(0)))
        .hasMessage("policy bind:0,1: there is no node 1, the machine has node 0 only");
  }

  @Test
  void longTextIsRefusedShortly() {
    assertThatThrownBy(() -> parse("x".repeat(5_000)))
        .hasMessage("a policy has at most 1000 characters, not 5000");
    assertThatThrownBy(() -> parse("bind:" + "x".repeat(900)))
        .hasMessageContaining("\"" + "x".repeat(40) + "...\" is not a list of nodes");
  }

  @Test
  void nodeSetsGoRound() {
    NodeSet ends = NodeSet.of(0, 5, 63);
    assertThat(ends.nextIn(NodeSet.NO_NODE)).isZero();
    assertThat(ends.nextIn(0)).isEqualTo(5);
    assertThat(ends.nextIn(5)).isEqualTo(63);
    assertThat(ends.nextIn(62)).isEqualTo(63);
    assertThat(ends.nextIn(63)).isZero();
    assertThat(NodeSet.of(3).nextIn(3)).isEqualTo(3);
    assertThat(ends).hasToString("0,5,63");
    assertThat(NodeSet.parse("0-63").size()).isEqualTo(64);
    assertThat(NodeSet.parse("0-63")).hasToString("0-63");
    assertThat(NodeSet.EMPTY).hasToString("");
  }
}
