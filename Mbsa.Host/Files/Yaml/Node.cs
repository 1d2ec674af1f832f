using System.Collections.Immutable;
using Mbsa.Host.Wording;

namespace Mbsa.Host.Files.Yaml;

/// <summary>A piece of a YAML file with the line it begins on, counted from 1.</summary>
internal abstract record Node(int Line)
{
    /// <summary>What it is, for messages.</summary>
    public abstract string Kind { get; }

    /// <summary>Nothing was written, or <c>null</c>.</summary>
    public virtual bool IsNull => false;
}

/// <summary>A word, number or text.</summary>
internal sealed record ScalarNode(int Line, string Text, bool IsPlain) : Node(Line)
{
    public override bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Kind => IsNull ? "nothing" : $"'{Excerpt.Of(Text)}'";
}

/// <summary>A list.</summary>
internal sealed record SequenceNode(int Line, ImmutableArray<Node> Items) : Node(Line)
{
    public override string Kind => "a list";
}

/// <summary>Keys with values, in the order of the file; a key can stand there twice.</summary>
internal sealed record MappingNode(int Line, ImmutableArray<KeyValuePair<ScalarNode, Node>> Entries) : Node(Line)
{
    public override string Kind => "a mapping of keys";
}
