// htmx would write a style into each page and read expressions as code; the content security policy allows neither.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
