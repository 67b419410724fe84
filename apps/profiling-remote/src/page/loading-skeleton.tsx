const BLOCK = 'pf:animate-pulse pf:rounded-md pf:bg-gray-800';

/** Stands for the whole page while its configuration is fetched. */
export function LoadingSkeleton() {
  return (
    <div
      data-testid="pyroscope-loading"
      role="status"
      aria-label="Loading the profiling page"
      className="pf:px-6 pf:py-4"
    >
      <div className={`${BLOCK} pf:h-8 pf:w-40`} />
      <div className={`${BLOCK} pf:mt-3 pf:h-4 pf:w-72 pf:max-w-full`} />
      <ContentSkeleton />
    </div>
  );
}

/** Stands for a view while its code or its first answer is awaited. */
export function ContentSkeleton() {
  return (
    <div className="pf:p-6" aria-hidden>
      <div className={`${BLOCK} pf:h-40`} />
      <div className="pf:mt-4 pf:grid pf:gap-4 pf:lg:grid-cols-2">
        {[0, 1, 2, 3].map((index) => (
          <div key={index} className={`${BLOCK} pf:h-64`} />
        ))}
      </div>
    </div>
  );
}
