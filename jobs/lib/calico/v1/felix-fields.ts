import { failsafePortsValue } from './failsafe-ports.ts';
import {
  booleanValue,
  type ConvertFelixValue,
  integerValue,
  interfaceFilterValue,
  logLevelValue,
  markValue,
  millisecondsValue,
  presentText,
  secondsValue,
  textValue,
  wordOf,
} from './felix-values.ts';

/** A setting of Felix: its name in v1, its field in v3, and how its text is converted. */
export interface FelixField {
  readonly v1: string;
  readonly v3: string;
  readonly convert: ConvertFelixValue;
}

const field = (v1: string, v3: string, convert: ConvertFelixValue): FelixField => ({ v1, v3, convert });

/**
 * The settings that v3 has, in the order of its fields, which is that in which the original reports them (conversion
 * reference, section 3.9, and the fields of later versions that the original writes too).
 */
export const FELIX_FIELDS: readonly FelixField[] = [
  field('UseInternalDataplaneDriver', 'useInternalDataplaneDriver', booleanValue),
  field('DataplaneDriver', 'dataplaneDriver', textValue),
  field('Ipv6Support', 'ipv6Support', booleanValue),
  field('IgnoreLooseRPF', 'ignoreLooseRPF', booleanValue),
  field('RouteRefreshInterval', 'routeRefreshInterval', secondsValue),
  field('IptablesRefreshInterval', 'iptablesRefreshInterval', secondsValue),
  field('IptablesPostWriteCheckIntervalSecs', 'iptablesPostWriteCheckInterval', secondsValue),
  field('IptablesLockFilePath', 'iptablesLockFilePath', textValue),
  field('IptablesLockTimeoutSecs', 'iptablesLockTimeout', secondsValue),
  field('IptablesLockProbeIntervalMillis', 'iptablesLockProbeInterval', millisecondsValue),
  field('IpsetsRefreshInterval', 'ipsetsRefreshInterval', secondsValue),
  field('MaxIpsetSize', 'maxIpsetSize', integerValue),
  field('XDPRefreshInterval', 'XDPRefreshInterval', secondsValue),
  field('NetlinkTimeoutSecs', 'netlinkTimeout', secondsValue),
  field('MetadataAddr', 'metadataAddr', textValue),
  field('MetadataPort', 'metadataPort', integerValue),
  field('OpenstackRegion', 'openstackRegion', textValue),
  field('InterfacePrefix', 'interfacePrefix', textValue),
  field('InterfaceExclude', 'interfaceExclude', textValue),
  field('ChainInsertMode', 'chainInsertMode', textValue),
  field('DefaultEndpointToHostAction', 'defaultEndpointToHostAction', wordOf('Drop', 'Accept', 'Return')),
  field('IptablesFilterAllowAction', 'iptablesFilterAllowAction', wordOf('Accept', 'Return')),
  field('IptablesMangleAllowAction', 'iptablesMangleAllowAction', wordOf('Accept', 'Return')),
  field('LogPrefix', 'logPrefix', textValue),
  field('LogFilePath', 'logFilePath', textValue),
  field('LogSeverityFile', 'logSeverityFile', logLevelValue),
  field('LogSeverityScreen', 'logSeverityScreen', logLevelValue),
  field('LogSeveritySys', 'logSeveritySys', logLevelValue),
  field('IpInIpEnabled', 'ipipEnabled', booleanValue),
  field('IpInIpMtu', 'ipipMTU', integerValue),
  field('VXLANEnabled', 'vxlanEnabled', booleanValue),
  field('VXLANMTU', 'vxlanMTU', integerValue),
  field('VXLANPort', 'vxlanPort', integerValue),
  field('VXLANVNI', 'vxlanVNI', integerValue),
  field('ReportingIntervalSecs', 'reportingInterval', secondsValue),
  field('ReportingTTLSecs', 'reportingTTL', secondsValue),
  field('EndpointReportingEnabled', 'endpointReportingEnabled', booleanValue),
  field('EndpointReportingDelaySecs', 'endpointReportingDelay', secondsValue),
  field('IptablesMarkMask', 'iptablesMarkMask', markValue),
  field('DisableConntrackInvalidCheck', 'disableConntrackInvalidCheck', booleanValue),
  field('HealthEnabled', 'healthEnabled', booleanValue),
  field('HealthHost', 'healthHost', presentText),
  field('HealthPort', 'healthPort', integerValue),
  field('PrometheusMetricsEnabled', 'prometheusMetricsEnabled', booleanValue),
  field('PrometheusMetricsPort', 'prometheusMetricsPort', integerValue),
  field('PrometheusGoMetricsEnabled', 'prometheusGoMetricsEnabled', booleanValue),
  field('PrometheusProcessMetricsEnabled', 'prometheusProcessMetricsEnabled', booleanValue),
  field('FailsafeInboundHostPorts', 'failsafeInboundHostPorts', failsafePortsValue),
  field('FailsafeOutboundHostPorts', 'failsafeOutboundHostPorts', failsafePortsValue),
  field('PolicySyncPathPrefix', 'policySyncPathPrefix', textValue),
  field('UsageReportingEnabled', 'usageReportingEnabled', booleanValue),
  field('UsageReportingInitialDelaySecs', 'usageReportingInitialDelay', secondsValue),
  field('UsageReportingIntervalSecs', 'usageReportingInterval', secondsValue),
  field('DebugMemoryProfilePath', 'debugMemoryProfilePath', textValue),
  field('DebugDisableLogDropping', 'debugDisableLogDropping', booleanValue),
  field('DebugSimulateCalcGraphHangAfter', 'debugSimulateCalcGraphHangAfter', secondsValue),
  field('DebugSimulateDataplaneHangAfter', 'debugSimulateDataplaneHangAfter', secondsValue),
  field('IptablesNATOutgoingInterfaceFilter', 'iptablesNATOutgoingInterfaceFilter', interfaceFilterValue),
  field('XDPEnabled', 'xdpEnabled', booleanValue),
  field('GenericXDPEnabled', 'genericXDPEnabled', booleanValue),
];
