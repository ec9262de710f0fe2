using MaskApi.Problems;
using Microsoft.Net.Http.Headers;

namespace MaskApi.Http;

/// <summary>The header Accept (RFC 9110, section 12.5.1).</summary>
internal static class Accept
{
    private const string Json = "application/json";

    /// <summary>The offered media types that a request accepts, in descending quality; ties keep the offered order.</summary>
    public static IReadOnlyList<string> Accepted(HttpRequest request, IReadOnlyList<string> offered)
    {
        if (request.Headers.Accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var ranges))
        {
            // A missing or unparsable Accept means anything goes.
            return offered;
        }

        return
        [
            .. from candidate in offered
               let quality = Quality(ranges, new MediaTypeHeaderValue(candidate))
               where quality > 0
               orderby quality descending
               select candidate,
        ];
    }

    /// <summary>An endpoint filter: ends requests that do not accept JSON.</summary>
    /// <exception cref="ProblemException"><c>not_acceptable</c>.</exception>
    public static ValueTask<object?> RequireJsonAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        Accepted(context.HttpContext.Request, [Json]).Count > 0
            ? next(context)
            : throw new ProblemException(ProblemKinds.NotAcceptable, $"This endpoint offers {Json}.");

    /// <summary>The quality that the most specific matching range gives a media type.</summary>
    private static double Quality(IList<MediaTypeHeaderValue> ranges, MediaTypeHeaderValue candidate)
    {
        var specificity = -1;
        var quality = 0.0;
        foreach (var range in ranges)
        {
            var rank = range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;
            if (rank > specificity && candidate.IsSubsetOf(WithoutParameters(range)))
            {
                specificity = rank;
                quality = range.Quality ?? 1;
            }
        }

        return quality;
    }

    private static MediaTypeHeaderValue WithoutParameters(MediaTypeHeaderValue range) => new(range.MediaType);
}
