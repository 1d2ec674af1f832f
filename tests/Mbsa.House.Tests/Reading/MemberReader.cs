namespace Mbsa.House.Tests.Reading;

/// <summary>
/// Finds the members of all types in a file by their braces: what is between two members of a type is the head of the next. Attributes are
/// no part of a head.
/// </summary>
internal sealed class MemberReader(Source source)
{
    private readonly string _code = source.Code;
    private readonly List<Member> _members = [];
    private int _at;

    /// <summary>Reads the whole file.</summary>
    public IReadOnlyList<Member> Read()
    {
        ReadBraces(isType: false);
        return _members;
    }

    /// <summary>Reads up to the brace that closes what is open. Outside of types it looks for types only.</summary>
    private void ReadBraces(bool isType)
    {
        var start = SkipToHead();
        while (_at < _code.Length)
        {
            switch (_code[_at])
            {
                case '}':
                    return;
                case '{' when HeadText.IsType(Line(start, _at)):
                    _at++;
                    ReadBraces(isType: !Line(start, _at).Contains("enum ", StringComparison.Ordinal));
                    _at++;
                    start = SkipToHead();
                    break;
                case '{' or '(' or '[':
                    _at = Closing(_at) + 1;
                    start = EndsHere(start) ? Add(start, isType) : start;
                    break;
                case ';':
                    _at++;
                    start = Add(start, isType);
                    break;
                default:
                    _at++;
                    break;
            }
        }
    }

    /// <summary>Whether the bracket that was just closed was a body: no value is being given and none follows.</summary>
    private bool EndsHere(int start)
    {
        var next = _at;
        while (next < _code.Length && char.IsWhiteSpace(_code[next]))
        {
            next++;
        }

        return _code[_at - 1] == '}' && !Outside(start).Contains('=') && (next == _code.Length || _code[next] != '=');
    }

    /// <summary>What was read since a place is a member, if a type has it.</summary>
    /// <returns>Where the next begins.</returns>
    private int Add(int start, bool isType)
    {
        if (isType)
        {
            var outside = Outside(start);
            var end = outside.IndexOfAny(['=', ';', '{']);
            var head = Line(start, start + end);
            var isField = outside[end] != '{' && !outside[end..].StartsWith("=>", StringComparison.Ordinal) && HeadText.MayBeField(head);
            _members.Add(new Member(head, source.LineOf(start), source.LineOf(_at - 1), isField));
        }

        return SkipToHead();
    }

    /// <summary>The code since a place with all that is in brackets blanked, and the names of operators.</summary>
    private string Outside(int from)
    {
        var text = _code[from.._at].ToCharArray();
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth -= text[i] is ')' or ']' or '}' ? 1 : 0;
            var isOutside = depth == 0;
            depth += text[i] is '(' or '[' or '{' ? 1 : 0;
            text[i] = isOutside ? text[i] : ' ';
        }

        return new string(text).Replace("operator ==", "operator   ", StringComparison.Ordinal)
            .Replace("operator !=", "operator   ", StringComparison.Ordinal);
    }

    private int SkipToHead()
    {
        while (_at < _code.Length)
        {
            if (_code[_at] == '#')
            {
                _at = Math.Max(_at, _code.IndexOf('\n', _at));
            }
            else if (_code[_at] == '[')
            {
                _at = Closing(_at) + 1;
            }
            else if (char.IsWhiteSpace(_code[_at]))
            {
                _at++;
            }
            else
            {
                break;
            }
        }

        return _at;
    }

    private int Closing(int at)
    {
        for (var depth = 0; at < _code.Length; at++)
        {
            depth += _code[at] is '(' or '[' or '{' ? 1 : _code[at] is ')' or ']' or '}' ? -1 : 0;
            if (depth == 0)
            {
                return at;
            }
        }

        return _code.Length - 1;
    }

    private string Line(int from, int to) =>
        string.Join(' ', _code[from..Math.Min(to, _code.Length)].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
