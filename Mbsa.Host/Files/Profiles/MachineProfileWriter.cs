using System.Globalization;
using System.Text;
using Mbsa.Host.Wording;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Paths;

namespace Mbsa.Host.Files.Profiles;

/// <summary>Writes a machine profile as YAML that reads back as the same profile, digit for digit.</summary>
public static class MachineProfileWriter
{
    /// <summary>The profile as the text of a YAML file.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="comment">Lines to put at the head, each made a comment; null for none.</param>
    public static string Write(MachineProfile profile, string? comment = null)
    {
        var text = new StringBuilder();
        foreach (var line in comment?.ReplaceLineEndings("\n").Split('\n') ?? [])
        {
            Line(text, $"# {line}".TrimEnd());
        }

        Line(text, $"name: {Quote(profile.Name)}");
        Line(text, $"description: {Quote(profile.Description)}");
        Line(text, $"source: {Quote(profile.Source)}");
        Line(text, $"cores: {profile.Cores}");
        Line(text, $"memoryBandwidth: {Exact(profile.MemoryBandwidthBytesPerSecond)}B/s");
        if (profile.ContextSwitchNs > 0)
        {
            Line(text, $"contextSwitch: {Exact(profile.ContextSwitchNs)}ns");
        }

        Line(text, "paths:");
        foreach (var (name, path) in KnownNames.Paths)
        {
            if (!profile.Paths.TryGetValue(path, out var costs))
            {
                continue;
            }

            Line(text, $"  {name}:");
            if (costs.Includes != ProtectionMethod.None)
            {
                Line(text, $"    includes: {KnownNames.NameOf(costs.Includes)}");
            }

            Line(text, $"    read: {Cost(costs.Read)}");
            Line(text, $"    write: {Cost(costs.Write)}");
            if (costs.Stages is { } stages)
            {
                Line(text, "    stages:");
                foreach (var key in StageCostsReader.Keys)
                {
                    Line(text, $"      {key}: {Exact(StageCostsReader.CostOf(stages, key))}ns");
                }
            }
        }

        if (profile.Protection is { } protection)
        {
            Line(text, "protection:");
            Line(text, $"  switch: {Exact(protection.SwitchNs)}ns");
            Line(text, $"  exit: {Exact(protection.ExitNs)}ns");
            Line(text, $"  vectorSave: {Exact(protection.VectorSaveNs)}ns");
            Line(text, $"  wordPerByte: {Exact(protection.WordNsPerByte)}ns");
            Line(text, $"  pageChange: {Exact(protection.PageChangeNs)}ns");
            Line(text, $"  shootDown: {Exact(protection.ShootDownNs)}ns");
            Line(text, $"  map: {Exact(protection.MapNs)}ns");
            Line(text, $"  unmap: {Exact(protection.UnmapNs)}ns");
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');

    private static string Cost(OperationCost cost) =>
        $"{{ operation: {Exact(cost.OperationNs)}ns, perByte: {Exact(cost.NsPerByte)}ns, random: {Exact(cost.RandomNs)}ns }}";

    private static string Exact(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A double-quoted YAML scalar. YAML's escapes of four hex digits cover what cannot stand in one as it is.</summary>
    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\')
            {
                quoted.Append('\\').Append(c);
            }
            else if (c == '\n')
            {
                quoted.Append("\\n");
            }
            else if (char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF')
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            }
            else
            {
                quoted.Append(c);
            }
        }

        return quoted.Append('"').ToString();
    }
}
