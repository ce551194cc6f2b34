/**
 * Arm CCA as a conversion policy for gmem4j: the RSI calls a Realm makes, what KVM and the VMM do
 * about them, and the RMM's book of who may touch what. Begin with {@link
 * org.example.armcca.ArmCcaPolicy}.
 */
package org.example.armcca;
