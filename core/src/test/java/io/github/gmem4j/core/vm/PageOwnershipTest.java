package io.github.gmem4j.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A page belongs to one VM, and that VM's platform is asked wherever the memory is bound. */
class PageOwnershipTest {
  private static final Gpa ELSEWHERE = new Gpa(0x40_0000);
  private static final int SECRET = 0x5e;

  /** What a VMM may do about the binding under which the owner got its page. */
  enum Rebinding {
    DELETE {
      @Override
      GuestMemory of(World world) {
        world.vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();
        return world.memory();
      }
    },
    BIND_AT_OTHER_FRAMES {
      @Override
      GuestMemory of(World world) {
        DELETE.of(world);
        world.vm().setMemory(SlotRequest.bind(World.SLOT, ELSEWHERE, world.memory())).orThrow();
        return world.memory();
      }
    },
    LINK_AND_CLOSE {
      @Override
      GuestMemory of(World world) {
        VirtualMachine second = world.engine().createVm(SoftwareProtectedPolicy.create());
        GuestMemory view = second.linkGuestMemory(world.memory()).orThrow();
        world.host().close();
        world.memory().close();
        return view;
      }
    };

    /** Does it; returns the view through which the VMM goes on. */
    abstract GuestMemory of(World world);
  }

  private final Platform platform = Platforms.agreeable();
  private final World world = worldOf(platform);

  private static World worldOf(Platform platform) {
    return World.of(Engine.inMemory(), TestPolicy.confidential().with(platform), GuestMemory.MMAP);
  }

  @ParameterizedTest
  @EnumSource
  void theOwnerIsAskedHoweverItsPageIsBound(Rebinding rebinding) {
    world.guestStore(2, SECRET);
    when(platform.objectionToSharing(any())).thenReturn(Optional.of("mine"));

    GuestMemory view = rebinding.of(world);

    assertEquals(
        new ConversionOutcome.Rejected(Errno.EBUSY, "mine"),
        view.convert(ConversionRequest.toShared(World.pages(2, 1))));
    verify(platform, never()).makeShared(any());
  }

  @ParameterizedTest
  @EnumSource
  void theOwnerHasNoSayOnceItIsGone(Rebinding rebinding) {
    world.guestStore(2, SECRET);
    when(platform.objectionToSharing(any())).thenReturn(Optional.of("mine"));
    GuestMemory view = rebinding.of(world);
    world.vm().close();
    clearInvocations(platform);

    assertTrue(view.convert(ConversionRequest.toShared(World.pages(2, 1))).succeeded());

    verify(platform).reclaim(any());
    verifyNoMoreInteractions(platform);
  }

  @Test
  @DisplayName("after the teardown a platform is asked nothing but to reclaim")
  void conversionsAfterTheEndReachNoPlatform() {
    world.guestStore(2, SECRET);
    world.vm().close();
    clearInvocations(platform);

    world.toShared(2, 1);
    world.toPrivate(2, 1);

    verify(platform).reclaim(any());
    verifyNoMoreInteractions(platform);
  }

  @Test
  void anotherVmWithAPlatformNeverGetsThePage() {
    Platform other = Platforms.agreeable();
    Second second = new Second(TestPolicy.confidential().with(other));
    world.guestStore(2, SECRET);

    second.isRefused(2);

    verify(other, never()).makePrivate(any(), any());
    assertEquals(SECRET, world.guestLoad(2));
  }

  @Test
  void anotherVmWithoutAPlatformNeverGetsThePage() {
    Second second = new Second(SoftwareProtectedPolicy.create());
    world.guestStore(2, SECRET);

    second.isRefused(2);
    assertEquals(SECRET, world.guestLoad(2));
  }

  @Test
  void aVmThatHadThePageMappedBeforeLosesIt() {
    Second second = new Second(SoftwareProtectedPolicy.create());
    assertEquals("[Loaded[value=0]]", second.read(2));

    world.guestStore(2, SECRET);

    second.isRefused(2);
  }

  @Test
  void whoMappedAPageThatIsNobodysKeepsIt() {
    Second second = new Second(SoftwareProtectedPolicy.create());
    assertEquals("[Loaded[value=0]]", second.read(2));
    world.guestStore(3, SECRET);

    assertEquals("[Loaded[value=0]]", second.read(2));
  }

  @Test
  void aPageThatWasSharedIsNobodys() {
    Second second = new Second(TestPolicy.confidential().with(Platforms.agreeable()));
    world.guestStore(2, SECRET);
    world.toShared(2, 1);
    world.toPrivate(2, 1);

    assertEquals("[Loaded[value=" + SECRET + "]]", second.read(2));
    assertInstanceOf(
        Exit.MemoryFault.class,
        world.exitOf(new GuestAction.Read(World.gpa(2), Shareability.PRIVATE)));
  }

  @Test
  void aGuestThatOwnsWhatItSharesKeepsThePageFromOthersThatDo() {
    when(platform.ownsWhatItShares()).thenReturn(true);
    World owning = worldOf(platform);
    Platform other = Platforms.agreeable();
    when(other.ownsWhatItShares()).thenReturn(true);
    Second second = new Second(owning, TestPolicy.confidential().with(other));
    owning.toShared(2, 1);
    owning.guestStore(2, SECRET);

    assertInstanceOf(
        Exit.MemoryFault.class,
        second.run(new GuestAction.Touch(second.gpa(2), Shareability.SHARED)));
    owning.toPrivate(2, 1);
    second.isRefused(2);
    verify(other, never()).mapShared(any(), any());
    verify(other, never()).makePrivate(any(), any());
  }

  @Test
  void aPunchedPageIsNobodys() {
    Second second = new Second(SoftwareProtectedPolicy.create());
    world.guestStore(2, SECRET);

    world.memory().punchHole(World.pages(2, 1)).orThrow();

    assertEquals("[Loaded[value=0]]", second.read(2));
  }

  @Test
  void aPageOfAVmThatIsGoneGoesBackToTheHostFirst() {
    doAnswer(
            call -> {
              call.<Folio>getArgument(0).scramble();
              return null;
            })
        .when(platform)
        .reclaim(any());
    Platform other = Platforms.agreeable();
    Second second = new Second(TestPolicy.confidential().with(other));
    world.guestStore(2, SECRET);
    world.vm().close();

    assertTrue(!second.read(2).equals("[Loaded[value=" + SECRET + "]]"), "scrambled");

    var order = inOrder(platform, other);
    order.verify(platform).teardown();
    order.verify(platform).reclaim(any());
    order.verify(other).makePrivate(any(), any());
  }

  @Test
  void aPageThatItsDeadOwnerQuarantinesIsReplaced() {
    TestPolicy policy =
        TestPolicy.confidential()
            .withPlatforms(host -> {
              doAnswer(
                      call -> {
                        host.quarantine(call.getArgument(0), "cannot be taken back");
                        return null;
                      })
                  .when(platform)
                  .reclaim(any());
              return platform;
            });
    World dying = World.of(Engine.inMemory(), policy, GuestMemory.MMAP);
    Second second = new Second(dying, SoftwareProtectedPolicy.create());
    dying.guestStore(2, SECRET);
    dying.vm().close();

    assertEquals("[Loaded[value=0]]", second.read(2));
    verify(platform, times(1)).reclaim(any());
  }

  @Test
  void anImageHoldsNoPageOfAnotherVm() {
    Second second = new Second(TestPolicy.confidential().with(Platforms.agreeable()));
    world.guestStore(2, SECRET);

    assertEquals(
        Errno.EPERM,
        World.errnoOf(
            second.vm.populate(new GpaRange(second.gpa(2), World.bytes(1)), Optional.empty())));
  }

  /** Another VM with the whole memory bound. */
  private final class Second {
    private final VirtualMachine vm;
    private final Vcpu vcpu;

    Second(ConversionPolicy policy) {
      this(world, policy);
    }

    Second(World of, ConversionPolicy policy) {
      vm = of.engine().createVm(policy);
      GuestMemory view = vm.linkGuestMemory(of.memory()).orThrow();
      vm.setMemory(SlotRequest.bind(1, ELSEWHERE, view)).orThrow();
      vcpu = vm.createVcpu(GuestProgram.of());
    }

    Gpa gpa(long page) {
      return new Gpa(ELSEWHERE.value() + page * Page.BYTES);
    }

    Exit run(GuestAction action) {
      vcpu.load(GuestProgram.of(action));
      return vcpu.run();
    }

    String read(long page) {
      run(new GuestAction.Read(gpa(page), Shareability.PRIVATE));
      return vcpu.results().toString();
    }

    void isRefused(long page) {
      Exit exit = run(new GuestAction.Read(gpa(page), Shareability.PRIVATE));
      assertInstanceOf(Exit.MemoryFault.class, exit);
      assertEquals("[]", vcpu.results().toString());
    }
  }
}
