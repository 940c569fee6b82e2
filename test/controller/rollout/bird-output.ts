/** Recorded, as the others of BIRD 1.6.8: birdc of Debian, 3 s after a start with -R: nothing of its neighbours yet. */
export const STARTING = `BIRD 1.6.8 ready.
name     proto    table    state  since       info
device1  Device   master   up     07:20:42    
local_block Static   master   up     07:20:42    
kernel1  Kernel   master   wait   07:20:42    
Mesh_10_88_0_12 BGP      master   start  07:20:42    Active        Socket: Connection refused
Global_10_88_0_99 BGP      master   start  07:20:42    Connect       
Node_10_88_0_98 BGP      master   down   07:20:42    
BIRD 1.6.8 ready.
BIRD 1.6.8
Router ID is 10.88.0.11
Current server time is 2026-11-29 07:20:45
Last reboot on 2026-11-29 07:20:42
Last reconfiguration on 2026-11-29 07:20:42
Graceful restart recovery in progress
  Waiting for 2 protocols to recover
  Wait timer is 237/240
Daemon is up and running
`;

/** The same 8 s later: one neighbour is there, one is away, one is switched off. */
export const RECOVERING = `BIRD 1.6.8 ready.
name     proto    table    state  since       info
device1  Device   master   up     07:20:42    
local_block Static   master   up     07:20:42    
kernel1  Kernel   master   wait   07:20:42    
Mesh_10_88_0_12 BGP      master   up     07:20:46    Established   
Global_10_88_0_99 BGP      master   start  07:20:42    Active        Socket: No route to host
Node_10_88_0_98 BGP      master   down   07:20:42    
BIRD 1.6.8 ready.
BIRD 1.6.8
Router ID is 10.88.0.11
Current server time is 2026-11-29 07:20:53
Last reboot on 2026-11-29 07:20:42
Last reconfiguration on 2026-11-29 07:20:42
Graceful restart recovery in progress
  Waiting for 1 protocols to recover
  Wait timer is 229/240
Daemon is up and running
`;

/** Its neighbour, which was restarted 1 s ago and has all routes again. */
export const RECOVERED = `BIRD 1.6.8 ready.
name     proto    table    state  since       info
device1  Device   master   up     07:20:55    
local_block Static   master   up     07:20:55    
kernel1  Kernel   master   up     07:20:55    
Mesh_10_88_0_11 BGP      master   up     07:20:56    Established   
Node_10_88_0_98 BGP      master   down   07:20:55    
BIRD 1.6.8 ready.
BIRD 1.6.8
Router ID is 10.88.0.12
Current server time is 2026-11-29 07:20:56
Last reboot on 2026-11-29 07:20:55
Last reconfiguration on 2026-11-29 07:20:55
Daemon is up and running
`;

/** Another program has port 179. */
export const NO_SOCKET = `BIRD 1.6.8 ready.
name     proto    table    state  since       info
device1  Device   master   up     07:20:17    
kernel1  Kernel   master   up     07:20:17    
Mesh_10_88_0_11 BGP      master   down   07:20:17    Error: No listening socket
`;

/** Put together in the form of BIRD in calico/node 2.x, IPv4 and IPv6, with sessions older than a day: BIRD 1.x shows the date then. */
export const CALICO_BOTH = `BIRD v0.3.1 ready.
name     proto    table    state  since       info
static1  Static   master   up     2017-11-27  
kernel1  Kernel   master   up     2017-11-27  
device1  Device   master   up     2017-11-27  
direct1  Direct   master   up     2017-11-27  
Mesh_172_17_8_102 BGP      master   up     2017-11-27  Established   
Global_172_17_8_1 BGP      master   start  2017-11-28  Idle          BGP Error: Hold timer expired
BIRD v0.3.1 ready.
BIRD v0.3.1
Router ID is 172.17.8.101
Current server time is 2017-11-29 09:04:10
Last reboot on 2017-11-27 09:04:00
Last reconfiguration on 2017-11-28 11:00:00
Daemon is up and running
BIRD v0.3.1 ready.
name     proto    table    state  since       info
static1  Static   master   up     2017-11-27  
kernel1  Kernel   master   up     2017-11-27  
device1  Device   master   up     2017-11-27  
direct1  Direct   master   up     2017-11-27  
Mesh_fd00__8_102 BGP      master   start  09:04:05    OpenSent      
BIRD v0.3.1 ready.
BIRD v0.3.1
Router ID is 172.17.8.101
Current server time is 2017-11-29 09:04:10
Last reboot on 2017-11-29 09:04:00
Last reconfiguration on 2017-11-29 09:04:00
Graceful restart recovery in progress
  Waiting for 1 protocols to recover
  Wait timer is 230/240
Daemon is up and running
`;
