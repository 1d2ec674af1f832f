using System.Collections.Immutable;
using Mbsa.Host.Wording;
using Mbsa.Vm;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mbsa.Host.Files.Yaml;

/// <summary>
/// Builds nodes from the parser's events and not from its object model, for two reasons: every node keeps its line, and the limits hold
/// while reading, before anything large exists. Used once.
/// </summary>
internal sealed class NodeBuilder(string? file, string text)
{
    /// <summary>Nodes a file may have, aliases counted as often as they are used.</summary>
    public const int MaxNodes = 100_000;

    /// <summary>How deep mappings and lists may stand in one another.</summary>
    public const int MaxDepth = 64;

    /// <summary>Anchored nodes and how many nodes each stands for; null while the node is still being read.</summary>
    private readonly Dictionary<string, (Node Node, int Nodes)?> _anchors = [];
    private int _nodes;
    private Scanner? _scanner;

    /// <summary>The only document of the text.</summary>
    public Node Build()
    {
        _scanner = new Scanner(new StringReader(text), skipComments: true);
        return BuildDocument(new Parser(_scanner));
    }

    /// <summary>Goes on to the next event; false at the end.</summary>
    private bool Advance(Parser parser)
    {
        try
        {
            return parser.MoveNext();
        }
        catch (YamlException e)
        {
            if (e.Message.Contains("tab", StringComparison.Ordinal) && LineWithTab(LineOf(e.Start)) is { } tab)
            {
                throw Wrong(tab, "a tab; YAML is indented with spaces");
            }

            throw Wrong(LineOf(e.Start), $"this is not valid YAML: {e.Message.Split('\n')[0]}");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or FormatException)
        {
            // YamlDotNet 18.1 trips over itself on a few broken texts, as "!!]" and a plain scalar behind U+2028, instead of refusing them.
            throw Wrong(LineOf(_scanner!.CurrentPosition), "this is not valid YAML");
        }
    }

    /// <summary>
    /// The first line from one on that is indented with a tab: where the parser noticed is known only as where the mapping around it began.
    /// </summary>
    private int? LineWithTab(int first)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (++number >= first && line[..^line.TrimStart(" \t").Length].Contains('\t'))
            {
                return number;
            }
        }

        return null;
    }

    private Node BuildDocument(Parser parser)
    {
        Next<StreamStart>(parser);
        if (!Advance(parser) || parser.Current is not DocumentStart)
        {
            throw Wrong(0, "there is nothing in the file");
        }

        Advance(parser);
        var root = BuildNode(parser, 1);
        Next<DocumentEnd>(parser);
        if (Advance(parser) && parser.Current is DocumentStart second)
        {
            throw Wrong(LineOf(second.Start), "a second document begins here; only one a file is read");
        }

        return root;
    }

    /// <summary>Builds the node whose first event is current, and leaves its last event current.</summary>
    private Node BuildNode(Parser parser, int depth)
    {
        var current = parser.Current ?? throw Wrong(0, "the file ends too early");
        var line = LineOf(current.Start);
        if (depth > MaxDepth)
        {
            throw Wrong(line, $"lists and mappings stand more than {MaxDepth} deep in one another");
        }

        if (current is AnchorAlias alias)
        {
            return Resolve(alias, line);
        }

        var before = Count(1, line) - 1;
        var anchor = Anchor(current, line);
        Node node = current switch
        {
            Scalar scalar => new ScalarNode(line, scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart => BuildSequence(parser, line, depth),
            MappingStart => BuildMapping(parser, line, depth),
            _ => throw Wrong(line, "a value was expected here"),
        };
        if (anchor is not null)
        {
            _anchors[anchor] = (node, _nodes - before);
        }

        return node;
    }

    private SequenceNode BuildSequence(Parser parser, int line, int depth)
    {
        var items = ImmutableArray.CreateBuilder<Node>();
        while (Advance(parser) && parser.Current is not SequenceEnd)
        {
            items.Add(BuildNode(parser, depth + 1));
        }

        return new SequenceNode(line, items.ToImmutable());
    }

    private MappingNode BuildMapping(Parser parser, int line, int depth)
    {
        var entries = ImmutableArray.CreateBuilder<KeyValuePair<ScalarNode, Node>>();
        while (Advance(parser) && parser.Current is not MappingEnd)
        {
            var key = BuildNode(parser, depth + 1);
            Advance(parser);
            var value = BuildNode(parser, depth + 1);
            if (key is not ScalarNode name)
            {
                throw Wrong(key.Line, $"a key must be a single word, not {key.Kind}");
            }

            entries.Add(new(name, value));
        }

        return new MappingNode(line, entries.ToImmutable());
    }

    private Node Resolve(AnchorAlias alias, int line)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var target))
        {
            throw Wrong(line, $"'*{Excerpt.Of(alias.Value.Value)}' refers to an anchor that does not stand before it");
        }

        if (target is not { } known)
        {
            throw Wrong(line, $"'*{Excerpt.Of(alias.Value.Value)}' stands inside the node it refers to");
        }

        Count(known.Nodes, line);
        return known.Node;
    }

    private string? Anchor(ParsingEvent current, int line)
    {
        if (current is not NodeEvent node)
        {
            return null;
        }

        if (!node.Tag.IsEmpty)
        {
            throw Wrong(line, $"the tag '{Excerpt.Of(node.Tag.ToString() ?? "")}' is not known; write the value without it");
        }

        if (node.Anchor.IsEmpty)
        {
            return null;
        }

        _anchors[node.Anchor.Value] = null;
        return node.Anchor.Value;
    }

    private int Count(int nodes, int line)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes)
        {
            throw Wrong(line, $"the file has more than {MaxNodes} values, aliases counted as often as they are used");
        }

        return _nodes;
    }

    private void Next<T>(Parser parser)
        where T : ParsingEvent
    {
        if (!Advance(parser) || parser.Current is not T)
        {
            throw Wrong(parser.Current is null ? 0 : LineOf(parser.Current.Start), "the file ends, or goes on, where it should not");
        }
    }

    private static int LineOf(Mark mark) => (int)Math.Clamp(mark.Line, 1, int.MaxValue);

    private InputException Wrong(int line, string message) => new(file, line, message);
}
