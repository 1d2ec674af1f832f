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
        var cost = $"{{ operation: {Number(set.OperationNs)}ns, perByte: {Number(set.NsPerByte)}ns }}";
        text.AppendLine($"duration: {set.DurationMs}ms");
        text.AppendLine($"warmup: {set.WarmupMs}ms");
        text.AppendLine("host:");
        text.AppendLine($"  machine: {{ cores: {set.Cores}, memoryBandwidth: {Number(set.BusBytesPerSecond)}B/s, paths: {{ memory-bus: {{ read: {cost}, write: {cost} }} }} }}");
        text.AppendLine($"  nvm: {{ device: {{ readBandwidth: {Number(set.ReadBytesPerSecond)}B/s, writeBandwidth: {Number(set.WriteBytesPerSecond)}B/s }} }}");
        text.AppendLine($"  qos: {{ policy: {policy}, quantum: {set.QuantumNs}ns }}");
        text.AppendLine("vms:");
        foreach (var vm in set.Vms)
        {
            Write(text, vm);
        }

        var events = set.Vms.SelectMany(vm => new[] { (At: vm.ComesAtMs, vm.Name, What: "start"), (At: vm.GoesAtMs, vm.Name, What: "stop") })
            .Where(e => e.At is not null).OrderBy(e => e.At).ToList();
        if (events.Count > 0)
        {
            text.AppendLine("events:");
            events.ForEach(e => text.AppendLine($"  - {{ at: {e.At}ms, vm: {e.Name}, {e.What}: true }}"));
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, DrawnVm vm)
    {
        text.AppendLine($"  - name: {vm.Name}");
        text.AppendLine($"    vcpus: {vm.Vcpus}");
        if (vm.ToSpec().Storage is { } disk)
        {
            text.AppendLine($"    storage: {{ size: {disk.SizeBytes}B }}");
        }

        var floor = vm.Floor > 0 ? $", reservation: {Number(vm.Floor * 100)}%" : "";
        var limit = vm.Limit is { } most ? $", limit: {Number(most * 100)}%" : "";
        text.AppendLine($"    qos: {{ weight: {Number(vm.Weight)}{floor}{limit} }}");
        if (vm.ComesAtMs is not null)
        {
            text.AppendLine("    start: event");
        }

        text.AppendLine("    workload:");
        for (var i = 0; i < vm.Jobs.Count; i++)
        {
            text.AppendLine($"      - {{ name: j{i}, {Of(vm.Jobs[i])}, numjobs: {vm.Jobs[i].Clones} }}");
        }
    }

    private static string Of(DrawnJob job)
    {
        if (job.BlockBytes == 0)
        {
            return "ioengine: cpuio, cpuload: 100";
        }

        var kind = job.ReadPercent switch { 0 => "rw: randwrite", 100 => "rw: randread", var reads => $"rw: randrw, rwmixread: {reads}" };
        var pause = job.ThinkNs > 0 ? $", thinktime: {Number(job.ThinkNs / 1000.0)}us, thinktime_blocks: {job.ThinkBlocks}" : "";
        return $"{kind}, bs: {job.BlockBytes}{pause}";
    }

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
