package org.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Interception;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import io.github.gmem4j.testkit.value.Traits;
import io.github.gmem4j.testkit.world.GuestWorld;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

/** Policy and platform are mocks; two seats of the policy are borrowed from a real one. */
class PlatformIsToldInOrderTest {
  private final Platform platform = mock(Platform.class);
  private final ConversionPolicy policy = mock(ConversionPolicy.class);

  @BeforeEach
  void fillTheSeats() {
    ConversionPolicy real = SoftwareProtectedPolicy.create();
    when(policy.traits()).thenReturn(Traits.named("mocked").build());
    when(policy.kvm()).thenReturn(real.kvm());
    when(policy.vmm()).thenReturn(real.vmm());
    when(policy.guest()).thenReturn(real.guest());
    when(policy.createPlatform(any())).thenReturn(platform);
    // A mock answers null even where the interface has a default: say what is to be answered.
    when(platform.intercept(anyInt(), any())).thenReturn(Interception.PASSED);
    when(platform.returned(anyInt(), any(), any())).thenReturn(Optional.empty());
    when(platform.exceptionFor(any(), any())).thenReturn(Optional.empty());
    when(platform.objectionToSharing(any())).thenReturn(Optional.empty());
    when(platform.mapShared(any(), any())).thenReturn(Granting.GRANTED);
    when(platform.access(any())).thenReturn(PrivateAccess.REACHED);
    when(platform.makePrivate(any(), any())).thenReturn(Granting.BUSY, Granting.GRANTED);
  }

  @Test
  void aPageIsGrantedThenZappedThenShared() {
    GuestWorld world = GuestWorld.of(policy).build();

    world.result(new GuestAction.Touch(GuestWorld.gpa(2), Shareability.PRIVATE));
    world.result(new GuestAction.Request(GuestWorld.gpas(2, 1), Shareability.SHARED));

    assertEquals(Shareability.SHARED, world.stateOf(2));
    InOrder inOrder = inOrder(platform);
    inOrder.verify(platform).makePrivate(any(), any());
    inOrder.verify(platform).makePrivate(any(), any());
    inOrder.verify(platform).access(GuestWorld.gfn(2));
    inOrder.verify(platform).zapPrivate(any());
    inOrder.verify(platform).makeShared(any());
  }
}
