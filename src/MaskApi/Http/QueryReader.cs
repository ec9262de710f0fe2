using MaskApi.Detections;
using MaskApi.OpenApi;
using MaskApi.Problems;

namespace MaskApi.Http;

/// <summary>Reads query parameters and gathers everything that is wrong, so that a caller hears of it all at once.</summary>
internal sealed class QueryReader(IQueryCollection query)
{
    /// <summary>Longest unknown name that is repeated to its sender.</summary>
    private const int MaxName = 64;

    /// <summary>Most unknown names that are told.</summary>
    private const int MaxUnknown = 8;

    private readonly Dictionary<string, string[]> _errors = [];

    /// <summary>The reader of a request, which all that is bound from its query shares.</summary>
    public static QueryReader Of(HttpContext context)
    {
        if (context.Features.Get<QueryReader>() is not { } reader)
        {
            context.Features.Set(reader = new QueryReader(context.Request.Query));
        }

        return reader;
    }

    /// <summary>An endpoint filter: ends requests of whose query something could not be bound.</summary>
    /// <exception cref="ProblemException"><c>invalid_parameter</c>.</exception>
    public static ValueTask<object?> RequireValidAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var query = Of(context.HttpContext);
        if (HttpMethods.IsPost(context.HttpContext.Request.Method))
        {
            query.FailUnknown(context.HttpContext);
        }

        query.ThrowIfInvalid();
        return next(context);
    }

    /// <summary>
    /// Notes names that the endpoint does not know. Not asked of GET: addresses of pictures get names added that are not meant for it.
    /// </summary>
    private void FailUnknown(HttpContext context)
    {
        var known = context.GetEndpoint()?.Metadata.OfType<EndpointDescriptions.QueryMetadata>()
            .SelectMany(static metadata => metadata.Parameters).Select(static parameter => parameter.Name).ToList() ?? [];
        if (known.Count == 0)
        {
            return;
        }

        foreach (var name in query.Keys.Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)).Take(MaxUnknown))
        {
            var shown = name.Length <= MaxName ? name : name[..MaxName];
            _errors[shown] = [$"is not a parameter of this endpoint; the nearest is '{known.MinBy(valid => Distance(shown, valid))}'"];
        }
    }

    /// <summary>
    /// The least edit distance of a name from any part of another (Sellers), so that "threshold" finds "detectionThreshold". Capitals and
    /// underscores are left aside.
    /// </summary>
    private static int Distance(string one, string other)
    {
        var (a, b) = (Plain(one), Plain(other));
        var row = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row.Min();

        static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
    }

    /// <summary>The text of a parameter; null when it is absent or given more than once, which is noted.</summary>
    public string? Value(QueryParameter parameter)
    {
        var values = query[parameter.Name];
        return values.Count <= 1 ? values : Fail(parameter, "must be given only once", (string?)null);
    }

    /// <summary>Notes what is wrong with a parameter.</summary>
    /// <returns><paramref name="fallback"/>, to go on with.</returns>
    public T Fail<T>(QueryParameter parameter, string message, T fallback)
    {
        _errors[parameter.Name] = [message];
        return fallback;
    }

    /// <summary>Ends the request if anything was wrong.</summary>
    /// <exception cref="ProblemException"><c>invalid_parameter</c>.</exception>
    public void ThrowIfInvalid()
    {
        if (_errors.Count > 0)
        {
            throw new ProblemException(ProblemKinds.InvalidParameter, ProblemKinds.InvalidParameter.Example) { Errors = _errors };
        }
    }
}
