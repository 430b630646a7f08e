"""What the portal reaches over the network: SMS gateways, the virus scanner."""
