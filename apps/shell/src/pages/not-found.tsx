import { Link, useLocation } from 'react-router';

export function NotFound() {
  const { pathname } = useLocation();
  return (
    <section className="flex flex-col items-start gap-3 p-6">
      <h1 className="text-xl font-semibold text-gray-100">There is no such page</h1>
      <p className="text-gray-400">
        Nothing is at <code className="text-gray-200">{pathname}</code>.
      </p>
      <Link to="/pyroscope" className="text-accent underline">
        Go to Profiling
      </Link>
    </section>
  );
}
