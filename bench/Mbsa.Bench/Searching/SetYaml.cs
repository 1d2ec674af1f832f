using System.Globalization;
using System.Text;

namespace Mbsa.Bench.Searching;

/// <summary>A drawn set as a scenario file, to be run by <c>mbsa run</c>.</summary>
internal static class SetYaml
{
    /// <summary>The file's text.</summary>
    public static string Of(DrawnSet set, string policy)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"duration: {set.DurationMs}ms\nwarmup: {set.WarmupMs}ms\nhost:\n");
        Write(text, set.Host);
        text.Append(CultureInfo.InvariantCulture, $"  scheduler: {{ policy: {policy}, quantum: {set.QuantumNs}ns }}\nvms:\n");
        foreach (var vm in set.Vms)
        {
            Write(text, vm);
        }

        var events = set.Vms.SelectMany(vm =>
            new[] { (At: vm.ComesAtMs, vm.Name, What: "start"), (At: vm.GoesAtMs, vm.Name, What: "stop") })
            .Where(e => e.At is not null).OrderBy(e => e.At)
            .Select(e => $"  - {{ at: {e.At}ms, vm: {e.Name}, {e.What}: true }}\n").ToList();
        return text.Append(events.Count > 0 ? "events:\n" : "").AppendJoin("", events).ToString();
    }

    private static void Write(StringBuilder text, DrawnHost drawn)
    {
        if (drawn is ShippedHost shipped)
        {
            text.Append(CultureInfo.InvariantCulture, $"  machine: {shipped.MachineName}\n  nvm: {{ device: {shipped.DeviceName} }}\n");
        }
        else if (drawn is FreeHost host)
        {
            var cost = $"{{ operation: {Number(host.OperationNs)}ns, perByte: {Number(host.NsPerByte)}ns }}";
            text.Append(
                CultureInfo.InvariantCulture,
                $"  machine: {{ cores: {host.Cores}, memoryBandwidth: {Number(host.BusBytesPerSecond)}B/s, paths: "
                + $"{{ memory-bus: {{ read: {cost}, write: {cost} }} }} }}\n");
            text.Append(
                CultureInfo.InvariantCulture,
                $"  nvm: {{ device: {{ readBandwidth: {Number(host.ReadBytesPerSecond)}B/s, "
                + $"writeBandwidth: {Number(host.WriteBytesPerSecond)}B/s }} }}\n");
        }
    }

    private static void Write(StringBuilder text, DrawnVm vm)
    {
        text.Append(CultureInfo.InvariantCulture, $"  - name: {vm.Name}\n    vcpus: {vm.Vcpus}\n");
        if (vm.DiskBytes is { } bytes)
        {
            text.Append(CultureInfo.InvariantCulture, $"    storage: {{ size: {bytes}B }}\n");
        }

        var floor = vm.Floor > 0 ? $", reservation: {Number(vm.Floor * 100)}%" : "";
        var limit = vm.Limit is { } most ? $", limit: {Number(most * 100)}%" : "";
        text.Append(CultureInfo.InvariantCulture, $"    qos: {{ weight: {Number(vm.Weight)}{floor}{limit} }}\n");
        text.Append(vm.ComesAtMs is null ? "" : "    start: false\n").Append("    workload:\n");
        for (var i = 0; i < vm.Jobs.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"      - {{ name: j{i}, {Of(vm.Jobs[i])}, numjobs: {vm.Jobs[i].Clones} }}\n");
        }
    }

    private static string Of(DrawnJob job)
    {
        if (job.IsComputing)
        {
            return "ioengine: cpuio, cpuload: 100";
        }

        var kind = job.ReadPercent switch { 0 => "rw: randwrite", 100 => "rw: randread", var reads => $"rw: randrw, rwmixread: {reads}" };
        var pause = job.ThinkNs > 0 ? $", thinktime: {Number(job.ThinkNs / 1000.0)}us, thinktime_blocks: {job.ThinkBlocks}" : "";
        return $"{kind}, bs: {job.BlockBytes}{pause}";
    }

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
