using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Vm;
using Mbsa.Vm.Wear;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>Reads <c>wear</c> of a disk: a policy's name, or <c>{ policy: due-time, q: 64, t: 32, atomic: true }</c>.</summary>
internal static class WearReader
{
    private const string None = "none";

    /// <summary>The policy and all its parameters, as the disk keeps them.</summary>
    public static (string Policy, string Parameters) Read(MappingReader storage)
    {
        if (storage.Find("wear") is not MappingNode)
        {
            var name = storage.Find("wear") is null ? None : storage.Name("wear", KnownNames.WearPolicies) ?? None;
            return (name, WearPolicies.Create(name).Parameters);
        }

        var map = storage.Mapping("wear", "wear levelling", null)!;
        map.Require("policy", "policy: due-time");
        if (map.Name("policy", KnownNames.WearPolicies) is not { } policy)
        {
            return (None, "");
        }

        var words = map.Entries.Where(entry => entry.Key != "policy" && !entry.Value.IsNull)
            .Select(entry => Word(map, policy, entry.Key, entry.Value)).ToList();
        return words.Contains(null) ? (policy, "") : (policy, WearPolicies.Create(policy, string.Join(' ', words)).Parameters);
    }

    /// <summary>
    /// A parameter as the policy takes it: "q=64", "atomic", nothing for a word that is not to be there; null when it is wrong.
    /// </summary>
    private static string? Word(MappingReader map, string policy, string key, Node value)
    {
        if (value is not ScalarNode { Text: var text })
        {
            map.Problems.Error(value.Line, $"'{Excerpt.Of(key)}': a number, true or false was expected, not {value.Kind}");
            return null;
        }

        var isFlag = text is "true" or "false";
        var word = isFlag ? Name(key) : $"{Name(key)}={Name(text)}";
        try
        {
            // One at a time, so that each mistake is said with its line.
            WearPolicies.Create(policy, word);
            return text == "false" ? "" : word;
        }
        catch (InputException e)
        {
            map.Problems.Error(value.Line, e.Message);
            return null;
        }
    }

    /// <summary>A word that stays one: a space or an equals sign would make two of it.</summary>
    private static string Name(string text) => Excerpt.Of(text).Replace(' ', '_').Replace('=', '_');
}
