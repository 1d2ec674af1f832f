namespace Mbsa.Host.Files.Yaml;

/// <summary>The keys that a mapping had once, with what to write now.</summary>
internal sealed class OldKeys
{
    private readonly Dictionary<string, string> _renamed = [];
    private readonly Dictionary<string, Func<Node, MappingNode, string>> _instead = [];

    /// <summary>Adds a key that has another name now and is still read.</summary>
    /// <param name="old">The name it had.</param>
    /// <param name="key">The name it has.</param>
    public OldKeys Read(string old, string key)
    {
        _renamed.Add(old, key);
        return this;
    }

    /// <summary>Adds a key that is not read any more.</summary>
    /// <param name="old">The key.</param>
    /// <param name="instead">What to write, given the value and the whole mapping.</param>
    public OldKeys Refuse(string old, Func<Node, MappingNode, string> instead)
    {
        _instead.Add(old, instead);
        return this;
    }

    /// <summary>The key under the name it has now, and a warning; null when it never had another one.</summary>
    public ScalarNode? Renamed(ScalarNode written, Problems problems)
    {
        if (!_renamed.TryGetValue(written.Text, out var key))
        {
            return null;
        }

        problems.Warning(written.Line, $"'{written.Text}' is now '{key}' here; it is still read");
        return written with { Text = key };
    }

    /// <summary>What to write in place of a key; null when it was never one.</summary>
    public string? Instead(string key, Node value, MappingNode mapping) =>
        _instead.TryGetValue(key, out var instead) ? instead(value, mapping) : null;
}
