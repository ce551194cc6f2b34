package io.github.gmem4j.policy.pkvm.el2;

import static io.github.gmem4j.policy.pkvm.el2.TestHost.FRAME;
import static io.github.gmem4j.policy.pkvm.el2.TestHost.OTHER_FRAME;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every condition of a page against every call: the matrix of the kernel's own ownership self-test
 * ({@code pkvm_ownership_selftest} in {@code nvhe/mem_protect.c}), and the cells that its code
 * decides. Lending is tried with an ordinary VM and donating with a protected one, since the calls
 * accept no other.
 */
final class IllegalTransitionsTest {
  /** What to try, in the order of the columns. */
  private static final List<Column> COLUMNS =
      List.of(
          new Column("share_guest, same frame", Try::shareGuest),
          new Column("share_guest, other frame", Try::shareGuestElsewhere),
          new Column("donate_guest, same frame", Try::donateGuest),
          new Column("donate_guest, other frame", Try::donateGuestElsewhere),
          new Column("unshare_guest", Try::unshareGuest),
          new Column("share_hyp", Try::shareHyp),
          new Column("donate_hyp", Try::donateHyp),
          new Column("unshare_hyp", Try::unshareHyp),
          new Column("share_ffa", Try::shareFfa),
          new Column("unshare_ffa", Try::unshareFfa),
          new Column("guest_share_host", Try::guestShareHost),
          new Column("guest_unshare_host", Try::guestUnshareHost),
          new Column("pin_shared", Try::pinShared),
          new Column("force_reclaim", Try::forceReclaim));

  private interface Step {
    Transition on(Try attempt);
  }

  private record Column(String name, Step step) {}

  /** A page in a condition, and the answer to each column's call. */
  enum Row {
    HYP_OWNED(
        "EPERM EPERM EPERM EPERM ENOENT EPERM EPERM EPERM EPERM EPERM ENOENT ENOENT EPERM EPERM") {
      @Override
      void prepare(Try attempt) {
        attempt.host.hypervisor.hostDonateHyp(attempt.page);
      }
    },
    HOST_OWNED("ok ok ok ok ENOENT ok ok EPERM ok EPERM ENOENT ENOENT EPERM EAGAIN") {
      @Override
      void prepare(Try attempt) {
        // Where every page begins.
      }
    },
    SHARED_WITH_HYP(
        "EPERM EPERM EPERM EPERM ENOENT EPERM EPERM ok EPERM ok ENOENT ENOENT ok EAGAIN") {
      @Override
      void prepare(Try attempt) {
        attempt.host.hypervisor.hostShareHyp(attempt.page);
      }
    },
    SHARED_WITH_HYP_AND_PINNED(
        "EPERM EPERM EPERM EPERM ENOENT EPERM EPERM EBUSY EPERM ok ENOENT ENOENT ok EAGAIN") {
      @Override
      void prepare(Try attempt) {
        attempt.host.hypervisor.hostShareHyp(attempt.page);
        attempt.host.hypervisor.pinShared(attempt.page);
      }
    },
    SHARED_WITH_FFA(
        "EPERM EPERM EPERM EPERM ENOENT EPERM EPERM EPERM EPERM ok ENOENT ENOENT EPERM EAGAIN") {
      @Override
      void prepare(Try attempt) {
        attempt.host.hypervisor.hostShareFfa(attempt.page);
      }
    },
    LENT("EPERM ok EPERM EPERM ok EPERM EPERM EPERM EPERM ok EPERM EPERM EPERM EAGAIN") {
      @Override
      void prepare(Try attempt) {
        attempt.host.hypervisor.hostShareGuest(attempt.ordinary, attempt.page, FRAME);
      }
    },
    PRIVATE("EPERM EPERM EPERM EPERM ENOENT EPERM EPERM EPERM EPERM EPERM ok EPERM EPERM ok") {
      @Override
      void prepare(Try attempt) {
        attempt.host.hypervisor.hostDonateGuest(attempt.host.vm, attempt.page, FRAME);
      }
    },
    SHARED("EPERM EPERM EPERM EPERM ENOENT EPERM EPERM EPERM EPERM EPERM EPERM ok EPERM EAGAIN") {
      @Override
      void prepare(Try attempt) {
        attempt.host.hypervisor.hostDonateGuest(attempt.host.vm, attempt.page, FRAME);
        attempt.host.hypervisor.guestShareHost(attempt.host.vm, FRAME);
      }
    },
    POISONED("ok ok EPERM ok ENOENT ok ok EPERM ok EPERM EHWPOISON EHWPOISON EPERM EAGAIN") {
      @Override
      void prepare(Try attempt) {
        attempt.host.hypervisor.hostDonateGuest(attempt.host.vm, attempt.page, FRAME);
        attempt.host.hypervisor.forceReclaim(attempt.page);
      }
    };

    private final String answers;

    Row(String answers) {
      this.answers = answers;
    }

    List<String> answers() {
      return List.of(answers.split(" ", -1));
    }

    abstract void prepare(Try attempt);
  }

  /** One page of a new host, on which one thing is tried. */
  static final class Try {
    private final TestHost host = new TestHost(HypervisorConfig.of(HvcProfile.MAINLINE));
    private final TestFolio page = host.page();
    private final VmHandle ordinary = host.create(VmKind.NORMAL);
    private final VmHandle guest;

    Try(Row row) {
      guest = row == Row.LENT ? ordinary : host.vm;
      row.prepare(this);
    }

    Transition shareGuest() {
      return host.hypervisor.hostShareGuest(ordinary, page, FRAME);
    }

    Transition shareGuestElsewhere() {
      return host.hypervisor.hostShareGuest(ordinary, page, OTHER_FRAME);
    }

    Transition donateGuest() {
      return host.hypervisor.hostDonateGuest(host.vm, page, FRAME);
    }

    Transition donateGuestElsewhere() {
      return host.hypervisor.hostDonateGuest(host.vm, page, OTHER_FRAME);
    }

    Transition unshareGuest() {
      return host.hypervisor.hostUnshareGuest(ordinary, FRAME);
    }

    Transition shareHyp() {
      return host.hypervisor.hostShareHyp(page);
    }

    Transition donateHyp() {
      return host.hypervisor.hostDonateHyp(page);
    }

    Transition unshareHyp() {
      return host.hypervisor.hostUnshareHyp(page);
    }

    Transition shareFfa() {
      return host.hypervisor.hostShareFfa(page);
    }

    Transition unshareFfa() {
      return host.hypervisor.hostUnshareFfa(page);
    }

    Transition guestShareHost() {
      return host.hypervisor.guestShareHost(guest, FRAME);
    }

    Transition guestUnshareHost() {
      return host.hypervisor.guestUnshareHost(guest, FRAME);
    }

    Transition pinShared() {
      return host.hypervisor.pinShared(page);
    }

    Transition forceReclaim() {
      return host.hypervisor.forceReclaim(page);
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachCallAnswersWhatThePagesConditionSaysAndARefusalChangesNothing(Row row) {
    for (int i = 0; i < COLUMNS.size(); i++) {
      Column column = COLUMNS.get(i);
      Try attempt = new Try(row);
      List<String> before = attempt.host.everything();
      byte[] bytes = attempt.page.bytes();

      Transition answer = column.step().on(attempt);

      String got =
          switch (answer) {
            case Transition.Done done -> "ok";
            case Transition.Refused refused -> refused.errno().name();
          };
      assertEquals(row.answers().get(i), got, column.name());
      if (answer.happened()) {
        assertNotEquals(before, attempt.host.everything(), column.name());
      } else {
        assertEquals(before, attempt.host.everything(), column.name());
        assertArrayEquals(bytes, attempt.page.bytes(), column.name());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theTableHasAnAnswerForEveryCall(Row row) {
    assertEquals(COLUMNS.size(), row.answers().size());
  }
}
